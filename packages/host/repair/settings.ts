import { readFile } from "node:fs/promises";
import { parseJson } from "@metrics-link/contract";
import * as z from "zod/mini";

const loopback = z.url({ protocol: /^http$/, hostname: /^127\.0\.0\.1$/, error: "an http URL on 127.0.0.1" });

const schema = z.strictObject({
  /** The sender's own Prometheus. */
  prometheusUrl: loopback,
  /** The sender's Envoy, to which Prometheus writes too. */
  writeUrl: loopback,
  /** How long after its own timestamp a sample is stored at most, unless its target or rule says another time. */
  lateSeconds: z.number().check(z.positive()),
  /** The longest interval of a scrape job: a series that is not late has a sample at least so often. */
  intervalSeconds: z.number().check(z.positive()),
  /** Prometheus' external labels: remote read adds them to each series without one, its query API does not. */
  externalLabels: z.record(z.string(), z.string()),
});

export type RepairSettings = z.output<typeof schema>;

/** @throws LinkError `JSON_INVALID` that names the file and the key */
export async function readSettings(path: string): Promise<RepairSettings> {
  return parseJson(schema, await readFile(path, "utf8"), path);
}
