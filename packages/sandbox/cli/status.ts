import { setTimeout } from "node:timers/promises";
import { parseJson, printable } from "@metrics-link/contract";
import { z } from "zod";
import { receivedAlerts } from "./alertmanager-api.ts";
import { describeAlerts, type FiringAlert, firingAlerts } from "./alerts.ts";
import { type BackfillState, backfillState, describeBackfill } from "./backfill.ts";
import { type CertificateStatus, certificatesOf, describeCertificates } from "./certificates.ts";
import { type DeliveryState, deliveryOf, describeDelivery, type Firing } from "./delivery.ts";
import { compareRecent, type LinkState, linkState } from "./link.ts";
import { type Comparison, compareSamples, describeCounts } from "./samples.ts";
import { prometheusOf, runOnHost, type Sandbox } from "./sandbox.ts";
import type { Role } from "./stack-files.ts";

const pendingChange = z.object({ unit: z.string(), action: z.string(), since: z.string(), reason: z.string() });

/** The fields of `agent status` that we read. */
const agentReport = z.object({
  outcome: z.string(),
  /** The release in force, by the agent's account. */
  release: z.string().nullish(),
  /** Changes that wait until the backlog is sent. */
  held: z.array(pendingChange).nullish(),
  /** What differed from the release, and the last run restored. */
  driftedFiles: z.array(z.string()),
  /** What drifts repeatedly → times within a day. */
  repeatedDrift: z.record(z.string(), z.number()),
  rollbacks: z.number(),
  startedAt: z.string(),
});

/** What a host's agent reports of its last run; `held` is null when nothing waits. */
interface AgentStatus extends Omit<z.output<typeof agentReport>, "release" | "held" | "startedAt"> {
  readonly release: string | null;
  readonly held: readonly z.output<typeof pendingChange>[] | null;
  readonly ranAt: string;
}

interface HostStatus {
  readonly state: string;
  /** The release that `current` points at; null on hosts that have none. */
  readonly release: string | null;
  /** Null on hosts without an agent or whose agent has not completed a run. */
  readonly agent: AgentStatus | null;
  /** Certificates that the host presents and trusts; empty when unknown. */
  readonly certificates: readonly CertificateStatus[];
}

export interface Status {
  /** Firing alerts by host; null for a host whose Prometheus does not answer. */
  readonly alerts: Readonly<Record<string, readonly FiringAlert[] | null>>;
  /** Which of them the Alertmanager has, and from whom. */
  readonly delivery: DeliveryState;
  readonly hosts: Readonly<Record<string, HostStatus>>;
  readonly link: LinkState & { readonly endpoint: string | null };
  /** What the repairer of the sender reports; null when its Prometheus does not answer. */
  readonly backfill: BackfillState | null;
  readonly samples: Pick<
    Comparison,
    "compared" | "missing" | "waiting" | "different" | "unexpected" | "series" | "examples"
  > & {
    readonly seconds: number;
    /** Why nothing was compared; absent otherwise. */
    readonly error?: string;
  };
}

/** The state of the sandbox, read from the hosts themselves. */
export async function statusOf(sandbox: Sandbox, seconds = 60): Promise<Status> {
  const { hosts, endpoints } = await sandbox.world.status();
  const entries = await Promise.all(
    hosts.map(async ({ name, kind, state }) => {
      if (kind !== "instance" || state !== "running") {
        return [name, { state, release: null, agent: null, certificates: [] }] as const;
      }
      const [release, agent, certificates] = await Promise.all([
        releaseOf(sandbox, name),
        agentOf(sandbox, name),
        certificatesOf(prometheusOf(sandbox, name), Date.now() / 1000).catch(() => []),
      ]);
      return [name, { state, release, agent, certificates }] as const;
    }),
  );
  const sender = prometheusOf(sandbox, "sender");
  const receiver = prometheusOf(sandbox, "receiver");
  const now = Date.now() / 1000;
  const link = await linkState(sender, now).catch((): LinkState => ({ state: "not known", lagSeconds: null }));
  const backfill = await backfillState(sender, now).catch(() => null);
  const samples = await compareRecent(sender, receiver, externalLabels(sandbox), now, seconds).catch(nothingCompared);
  const firing = async (role: Role): Promise<Firing> => ({
    alerts: await prometheusOf(sandbox, role)
      .alerts()
      .catch(() => null),
    externalLabels: externalLabels(sandbox, role),
  });
  const found = { sender: await firing("sender"), receiver: await firing("receiver") };
  return {
    alerts: { sender: firingAlerts(found.sender.alerts), receiver: firingAlerts(found.receiver.alerts) },
    delivery: await deliveryIn(sandbox, found),
    hosts: Object.fromEntries(entries),
    link: { ...link, endpoint: endpoints[0] ?? null },
    backfill,
    samples,
  };
}

/** An alert that just began to fire may still be in flight. */
async function deliveryIn(sandbox: Sandbox, hosts: Readonly<Record<Role, Firing>>): Promise<DeliveryState> {
  const look = async () => deliveryOf(hosts, await receivedAlerts(sandbox));
  try {
    let delivery = await look();
    for (let again = 0; again < 2 && delivery.missing.length > 0; again += 1) {
      await setTimeout(1000);
      delivery = await look();
    }
    return delivery;
  } catch (error) {
    return { error: (error as Error).message };
  }
}

const nothingCompared = ({ message }: Error): Status["samples"] => ({
  ...compareSamples([], [], {}),
  seconds: 0,
  error: message,
});

/** What a Prometheus adds to each series and alert that it sends, from the stack's configuration. */
export function externalLabels({ files }: Sandbox, role: Role = "sender"): Readonly<Record<string, string>> {
  return files.section<{ externalLabels?: Record<string, string> }>(role, "prometheus").externalLabels ?? {};
}

async function releaseOf(sandbox: Sandbox, host: string): Promise<string | null> {
  const link = await runOnHost(sandbox, host, ["readlink", "/opt/metrics-link/current"]).catch(() => "");
  return link.trim().split("/").at(-1) || null;
}

async function agentOf(sandbox: Sandbox, host: string): Promise<AgentStatus | null> {
  const text = await runOnHost(sandbox, host, ["/opt/metrics-link/bin/agent", "status"]).catch(() => "");
  if (text === "") return null;
  const found = parseJson(agentReport, text, `The status of ${host}'s agent`);
  const { outcome, release, held, driftedFiles, repeatedDrift, rollbacks, startedAt } = found;
  return {
    outcome,
    release: release ?? null,
    held: held?.length ? held : null,
    driftedFiles,
    repeatedDrift,
    rollbacks,
    ranAt: startedAt,
  };
}

/** What a person has to know of an agent's report. */
function notesOf({ outcome, held, driftedFiles, repeatedDrift, rollbacks }: AgentStatus): string {
  const often = Object.entries(repeatedDrift).map(([what, times]) => `${what} ${times} times within a day`);
  return [
    outcome,
    ...(held ?? []).map(({ unit, action, reason }) => `${action} of ${unit} waits: ${reason}`),
    ...(driftedFiles.length > 0 ? [`restored ${driftedFiles.join(", ")}`] : []),
    ...(often.length > 0 ? [`drifts repeatedly: ${often.join(", ")}`] : []),
    ...(rollbacks > 0 ? [`${rollbacks} rollbacks so far`] : []),
  ].join("; ");
}

/** The status as text. No value from a host can add a line. */
export function describeStatus({ alerts, delivery, hosts, link, backfill, samples }: Status): string {
  const rows = Object.entries(hosts).map(([name, { state, release, agent }]) => [
    name,
    state,
    release?.slice(0, 12) ?? "-",
    agent === null ? "" : notesOf(agent),
  ]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lag = link.lagSeconds === null ? "" : `, newest acknowledged sample ${link.lagSeconds} s old`;
  return [
    ...rows.map(([name = "", state = "", release = "", notes = ""]) =>
      `${name.padEnd(widths[0] ?? 0)}  ${state.padEnd(widths[1] ?? 0)}  ${release === "-" ? "" : `release ${release}`}  ${notes}`.trimEnd(),
    ),
    `link      ${link.state}${lag}${link.endpoint === null ? "" : `, endpoint ${link.endpoint}`}`,
    ...(backfill === null ? ["backfill  not known"] : describeBackfill(backfill)),
    ...describeAlerts(alerts),
    ...describeDelivery(delivery),
    samples.error === undefined ? comparisonOf(samples) : `samples   not compared: ${samples.error}`,
    ...samples.examples.map((example) => `          ${example}`),
    ...Object.entries(hosts).flatMap(([name, { certificates }]) =>
      certificates.length === 0 ? [] : [`valid     ${name}: ${describeCertificates(certificates)}`],
    ),
  ]
    .map(printable)
    .join("\n");
}

const comparisonOf = (samples: Status["samples"]) => `samples   last ${samples.seconds} s: ${describeCounts(samples)}`;
