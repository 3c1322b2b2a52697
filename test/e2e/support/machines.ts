import { hostPaths, ports } from "@metrics-link/release";
import { prometheusOf } from "@metrics-link/sandbox/cli/sandbox.ts";
import type { PowerAction } from "@metrics-link/sandbox/realiser/index.ts";
import { fullDisk } from "@metrics-link/sandbox/testing/faults/full-disk.ts";
import { eventually } from "./eventually.ts";
import { caughtUp, nothingMissing } from "./samples.ts";
import { on, sandbox } from "./sandbox.ts";

const seconds = () => Date.now() / 1000;

/** Does something to the power of a host. @returns when, in seconds since the epoch */
export async function power(host: string, action: PowerAction): Promise<number> {
  const when = seconds();
  await sandbox.world.power(host, action);
  return when;
}

/** The serial number of the certificate that a host's Envoy has in force. */
export async function leafSerial(host: string): Promise<string> {
  const ask = ["curl", "--silent", "--fail", "--unix-socket", hostPaths.envoyAdminSocket, "http://envoy/certs"];
  const { certificates } = JSON.parse(await on(host, ...ask));
  return certificates.flatMap((one: { cert_chain: { serial_number: string }[] }) => one.cert_chain)[0].serial_number;
}

/** The samples that a host itself has of a span before `end`, as text that can be compared. */
export async function stored(host: string, end: number, span = 5): Promise<string[]> {
  const series = await prometheusOf(sandbox, host).raw('{__name__=~".+"}', span, end);
  return series.map((one) => JSON.stringify([Object.entries(one.metric).toSorted(), one.values])).toSorted();
}

/** Waits until a host's Prometheus has stored a sample of its own that is younger than `since`. */
export function scrapesAgain(host: string, since: number): Promise<number> {
  return eventually(
    `${host} to scrape again`,
    async (note) => {
      const newest = await prometheusOf(sandbox, host).value('max(timestamp(up{job="node",account=""}))');
      note(newest);
      return newest !== undefined && newest > since ? newest : undefined;
    },
    60_000,
    250,
  );
}

export const dataDirectory = hostPaths.data;

/** Leaves no room on the file system of a folder, for others than root as well. @returns makes it free again */
export async function fill(host: string, folder: string): Promise<() => Promise<void>> {
  const { inject, heal } = fullDisk(sandbox, host, folder);
  await inject();
  return heal;
}

/** The process that a host's Prometheus is. */
export const processOf = (host: string) =>
  on(host, "systemctl", "show", "--property=MainPID", "--value", "metrics-link-prometheus");

/** One of the metrics without labels that a host's Prometheus tells of itself, now. */
export async function metric(host: string, name: string): Promise<number> {
  const page = await on(host, "curl", "--silent", "--fail", `http://127.0.0.1:${ports.prometheus}/metrics`);
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(page)?.[1]);
}

/** So many samples are compared at least. */
export const leastCompared = 5000;

/** Waits until both sides are at work again, and compares everything since `from`. */
export async function nothingMissingAfter(host: string, from: number, since: number): Promise<void> {
  // As many seconds of samples at least, also when there were none before.
  const enough = since + 4;
  await scrapesAgain(host, enough);
  await caughtUp(enough);
  await nothingMissing(from, leastCompared);
}
