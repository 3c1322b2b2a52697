import { readFileSync } from "node:fs";
import { request } from "node:https";
import { LinkError, parseJson } from "@metrics-link/contract";
import { z } from "zod";
import { ALERTMANAGER_SERVICE } from "../cloud/catalogue.ts";
import { timedOut } from "../realiser/until.ts";
import { accessIn } from "../services/alertmanager/access.ts";
import type { Sandbox } from "./sandbox.ts";

const receivedAlert = z.object({ labels: z.record(z.string(), z.string()), startsAt: z.string() }).readonly();

/** The fields of an alert of the Alertmanager that we read. */
export type ReceivedAlert = z.output<typeof receivedAlert>;

const timeoutMs = 5_000;

/**
 * The active alerts of the Alertmanager, from its API v2: over loopback, with the TLS and password of a host.
 * @throws LinkError API_ERROR when it does not run or answers with an error, TIMED_OUT when it does not answer
 */
export async function receivedAlerts({ layout, world }: Sandbox): Promise<readonly ReceivedAlert[]> {
  const { port } = (await world.status()).alertmanager;
  if (port === null) throw new LinkError("API_ERROR", { what: "it does not run" });
  const { caFile, username, password } = accessIn(layout.alertmanager);
  const { status, body } = await get({
    port,
    path: "/api/v2/alerts",
    servername: ALERTMANAGER_SERVICE.privateDnsName,
    ca: readFileSync(caFile),
    auth: `${username}:${password}`,
  });
  if (status !== 200) throw new LinkError("API_ERROR", { what: `it answers ${status}: ${body.slice(0, 200)}` });
  return parseJson(z.array(receivedAlert), body, "The Alertmanager's answer to /api/v2/alerts");
}

interface Request {
  readonly port: number;
  readonly path: string;
  readonly servername: string;
  readonly ca: Buffer;
  readonly auth: string;
}

function get(options: Request): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", agent: false, ...options }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    asked.setTimeout(timeoutMs, () => asked.destroy(timedOut("the Alertmanager to answer", timeoutMs)));
    asked.on("error", reject);
    asked.end();
  });
}
