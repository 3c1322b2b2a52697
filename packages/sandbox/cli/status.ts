import { compareRecent, type LinkState, linkState } from "./link.ts";
import type { Comparison } from "./samples.ts";
import { prometheusOf, runOnHost, type Sandbox } from "./sandbox.ts";

export interface HostStatus {
  readonly state: string;
  /** The release that the host runs; null on hosts that have none. */
  readonly release: string | null;
}

export interface Status {
  readonly hosts: Readonly<Record<string, HostStatus>>;
  readonly link: LinkState & { readonly endpoint: string | null };
  readonly samples: Pick<Comparison, "compared" | "missing" | "different" | "unexpected" | "series" | "examples"> & {
    readonly seconds: number;
  };
}

/** What the sandbox is and does, read from the hosts themselves. */
export async function statusOf(sandbox: Sandbox, seconds = 60): Promise<Status> {
  const { hosts, endpoints } = await sandbox.world.status();
  const entries = await Promise.all(
    hosts.map(async ({ name, kind, state }) => {
      const release = kind === "instance" && state === "running" ? await releaseOf(sandbox, name) : null;
      return [name, { state, release }] as const;
    }),
  );
  const sender = prometheusOf(sandbox, "sender");
  const receiver = prometheusOf(sandbox, "receiver");
  const now = Date.now() / 1000;
  const link = await linkState(sender, now);
  const samples = await compareRecent(sender, receiver, externalLabels(sandbox), now, seconds);
  return { hosts: Object.fromEntries(entries), link: { ...link, endpoint: endpoints[0] ?? null }, samples };
}

/** What the sender's Prometheus adds to each series, from the stack's configuration. */
export function externalLabels({ files }: Sandbox): Readonly<Record<string, string>> {
  return files.section<{ externalLabels: Record<string, string> }>("sender", "prometheus").externalLabels;
}

async function releaseOf(sandbox: Sandbox, host: string): Promise<string | null> {
  const link = await runOnHost(sandbox, host, ["readlink", "/opt/metrics-link/current"]).catch(() => "");
  return link.trim().split("/").at(-1) || null;
}

/** The status for a person. */
export function describeStatus({ hosts, link, samples }: Status): string {
  const rows = Object.entries(hosts).map(([name, { state, release }]) => [name, state, release?.slice(0, 12) ?? "-"]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lag = link.lagSeconds === null ? "" : `, newest acknowledged sample ${link.lagSeconds} s old`;
  return [
    ...rows.map(([name = "", state = "", release = ""]) =>
      `${name.padEnd(widths[0] ?? 0)}  ${state.padEnd(widths[1] ?? 0)}  ${release === "-" ? "" : `release ${release}`}`.trimEnd(),
    ),
    `link      ${link.state}${lag}${link.endpoint === null ? "" : `, endpoint ${link.endpoint}`}`,
    `samples   last ${samples.seconds} s: ${samples.compared} of ${samples.series} series compared, ` +
      `${samples.missing} missing, ${samples.different} different, ${samples.unexpected} unexpected`,
    ...samples.examples.map((example) => `          ${example}`),
  ].join("\n");
}
