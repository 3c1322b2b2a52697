import { setTimeout } from "node:timers/promises";
import { parseJson, printable } from "@metrics-link/contract";
import { z } from "zod";
import { receivedAlerts } from "./alertmanager-api.ts";
import { describeAlerts, type FiringAlert, firingAlerts } from "./alerts.ts";
import { type CertificateStatus, certificatesOf, describeCertificates } from "./certificates.ts";
import { type DeliveryState, deliveryOf, describeDelivery, type Firing } from "./delivery.ts";
import { externalLabels } from "./external-labels.ts";
import { prometheusOf, runOnHost, type Sandbox } from "./sandbox.ts";
import {
  describeSender,
  describeWriters,
  type SenderStatus,
  senderStatus,
  type Writer,
  writersOf,
} from "./sender-status.ts";
import { senders as knownSenders, senderNames } from "./stack-files.ts";

export { externalLabels } from "./external-labels.ts";

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

/** Of the whole sandbox; the link, the backfill and the samples are those of the first sender. */
export interface Status extends SenderStatus {
  /** Firing alerts by host; null for a host whose Prometheus does not answer. */
  readonly alerts: Readonly<Record<string, readonly FiringAlert[] | null>>;
  /** Which of them the Alertmanager has, and from whom. */
  readonly delivery: DeliveryState;
  readonly hosts: Readonly<Record<string, HostStatus>>;
  readonly link: SenderStatus["link"] & { readonly endpoint: string | null };
  /** The senders that have joined the first one. */
  readonly guests: Readonly<Record<string, SenderStatus>>;
  /** Who writes how much, the most first; empty with one sender. */
  readonly writers: readonly Writer[];
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
  const now = Date.now() / 1000;
  const first = await senderStatus(sandbox, "sender", now, seconds);
  const others = sandbox.files.senders().filter((sender) => sender !== "sender");
  const guests = await each(others, (guest) => senderStatus(sandbox, guest, now, seconds));
  const firing = await each(
    ["sender", "receiver", ...others],
    async (host): Promise<Firing> => ({
      alerts: await prometheusOf(sandbox, host)
        .alerts()
        .catch(() => null),
      externalLabels: externalLabels(sandbox, host),
    }),
  );
  return {
    ...first,
    alerts: Object.fromEntries(Object.entries(firing).map(([host, { alerts }]) => [host, firingAlerts(alerts)])),
    delivery: await deliveryIn(sandbox, firing),
    hosts: Object.fromEntries(entries),
    link: { ...first.link, endpoint: endpoints[0] ?? null },
    guests,
    writers: others.length === 0 ? [] : await writersOf(sandbox, ["sender", ...others]).catch(() => []),
  };
}

const each = async <Name extends string, Value>(
  names: readonly Name[],
  look: (name: Name) => Promise<Value>,
): Promise<Readonly<Record<string, Value>>> =>
  Object.fromEntries(await Promise.all(names.map(async (name) => [name, await look(name)] as const)));

/** An alert that just began to fire may still be in flight. */
async function deliveryIn(sandbox: Sandbox, hosts: Readonly<Record<string, Firing>>): Promise<DeliveryState> {
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

/** Senders that run, and that the receiver has under another name or not at all. */
const strangersTo = ({ hosts, guests }: Status) =>
  knownSenders.filter((name) => name !== "sender" && hosts[name] !== undefined && guests[name] === undefined);

/** The status as text. No value from a host can add a line. */
export function describeStatus(status: Status): string {
  const { alerts, delivery, hosts, link, guests, writers } = status;
  const rows = Object.entries(hosts).map(([name, { state, release, agent }]) => [
    name,
    state,
    release?.slice(0, 12) ?? "-",
    agent === null ? "" : notesOf(agent),
  ]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const { endpoint } = link;
  const others = Object.entries(guests);
  const senders =
    others.length === 0
      ? [describeSender(status, { endpoint })]
      : [
          describeSender(status, { name: "sender", endpoint }),
          ...others.map(([name, guest]) => describeSender(guest, { name })),
        ];
  return [
    ...rows.map(([name = "", state = "", release = "", notes = ""]) =>
      `${name.padEnd(widths[0] ?? 0)}  ${state.padEnd(widths[1] ?? 0)}  ${release === "-" ? "" : `release ${release}`}  ${notes}`.trimEnd(),
    ),
    ...senders.map((sender) => sender.link),
    ...senders.flatMap((sender) => sender.backfill),
    ...describeAlerts(alerts),
    ...describeDelivery(delivery),
    ...senders.flatMap((sender) => sender.samples),
    ...strangersTo(status).map(
      (name) =>
        `samples   ${name}: NOT COMPARED: the receiver's stack has no sender called ${senderNames[name]}, as \`sandbox -- join\` calls it`,
    ),
    ...describeWriters(writers),
    ...Object.entries(hosts).flatMap(([name, { certificates }]) =>
      certificates.length === 0 ? [] : [`valid     ${name}: ${describeCertificates(certificates)}`],
    ),
  ]
    .map(printable)
    .join("\n");
}
