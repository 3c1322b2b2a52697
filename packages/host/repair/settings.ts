import { readFile } from "node:fs/promises";
import * as z from "zod/mini";

const loopback = z.url({ protocol: /^http$/, hostname: /^127\.0\.0\.1$/, error: "an http URL on 127.0.0.1" });

const schema = z.strictObject({
  /** The sender's own Prometheus. */
  prometheusUrl: loopback,
  /** The sender's Envoy: where Prometheus writes to as well. */
  writeUrl: loopback,
  /** How long after its own time a sample may be stored. */
  lateSeconds: z.number().check(z.positive()),
  /** How fast a repair may write, as a share of what Prometheus takes up. */
  shareOfLiveTraffic: z.number().check(z.positive(), z.maximum(1)),
});

export type RepairSettings = z.output<typeof schema>;

/** @throws Error that names the file and the key */
export async function readSettings(path: string): Promise<RepairSettings> {
  const result = schema.safeParse(JSON.parse(await readFile(path, "utf8")));
  if (result.success) return result.data;
  throw new Error(`${path}: ${z.prettifyError(result.error)}`);
}
