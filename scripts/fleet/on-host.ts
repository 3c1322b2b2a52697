import { gunzipSync } from "node:zlib";
import { LinkError } from "@metrics-link/contract";
import type { AskPrometheus } from "@metrics-link/fleet";
import type { Clock, Management } from "@metrics-link/host/converge/index.ts";
import { commandOutputLimit, ports } from "@metrics-link/release";
import { said } from "../audit/host.ts";
import { dataOf } from "../console/answer.ts";

/** Compressed, that is some megabytes of JSON. */
const mostBytes = 64 * 1024 * 1024;

/** Queries the Prometheus of a host on its loopback, by one read-only command each. @throws LinkError when it does not answer */
export const prometheusOnHost =
  (management: Management, instanceId: string, time: Clock, port: number = ports.prometheus): AskPrometheus =>
  async (query) => {
    // URLSearchParams leaves nothing that ends the quotes.
    const url = `http://127.0.0.1:${port}/api/v1/query?${new URLSearchParams({ query })}`;
    const command = `curl --silent --show-error --max-time 30 '${url}' | gzip -9 | base64 --wrap=0`;
    const printed = await said(management, instanceId, command, time);
    if (printed.length >= commandOutputLimit)
      throw new LinkError("API_ERROR", {
        what: "the answer of Prometheus is too long for Run Command",
        next: "ask it by --url",
      });
    const text = gunzipSync(Buffer.from(printed.trim(), "base64"), { maxOutputLength: mostBytes }).toString("utf8");
    return dataOf(text, `Prometheus of ${instanceId}`, "query");
  };
