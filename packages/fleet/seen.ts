import { carries, type Labels, messageOf } from "@metrics-link/contract";
import { z } from "zod";
import { type ListedSender, notAsked, type Told } from "./sender.ts";

/** Asks the receiver's Prometheus for an instant query. @returns `data` of its answer @throws Error when there is none */
export type AskPrometheus = (query: string) => Promise<unknown>;

/** What was seen of a sender. Times in seconds since the epoch. */
export interface Seen {
  /** When the receiver's Envoy last accepted a write with this sender's certificate, up to five minutes too late. */
  readonly lastSeen: Told<number>;
  readonly samplesPerSecond: Told<number>;
  readonly series: Told<number>;
  /** When its leaf expires. */
  readonly leafNotAfter: Told<number>;
  /** What it runs. */
  readonly version: Told<string>;
}

/** The last accepted handshake of a sender, in the access log of the receiver's Envoy. */
export interface Handshake {
  readonly chain: string;
  readonly at: number;
  readonly leafNotAfter: number;
}

export const nothingAsked: Seen = {
  lastSeen: notAsked,
  samplesPerSecond: notAsked,
  series: notAsked,
  leafNotAfter: notAsked,
  version: notAsked,
};

interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** How far back a sender is looked for. */
const hours = 6;

/** Of the receiver's own Envoy, which counts by certificate: whoever else writes such a series has another `link_side`. */
const accepted =
  'envoy_http_downstream_rq_xx{link_side="receives",envoy_http_conn_manager_prefix=~"sender_.+",envoy_response_code_class="2"}';
const byChain = "sum by (envoy_http_conn_manager_prefix)";

/**
 * Each answer has one series a sender. Its label for the filter chain, its label for the gate's name of the sender, or the labels that are
 * pinned for the sender say which one.
 */
const queries = {
  lastSeen: `max_over_time(timestamp(${byChain} (increase(${accepted}[5m])) > 0)[${hours}h:1m])`,
  written: 'sum by (sender) (rate(metrics_link_gate_written_total{link_side="receives",kind!="exemplars"}[5m]))',
  active: 'max by (sender) (metrics_link_gate_active_series{link_side="receives"})',
  sent: 'sum without (instance, job, remote_name, url) (rate(prometheus_remote_storage_samples_total{link_side="sends",job="prometheus"}[5m]))',
  head: 'max without (instance, job) (prometheus_tsdb_head_series{link_side="sends",job="prometheus"})',
  leaf: 'metrics_link_certificate_not_after_timestamp_seconds{link_side="sends",tier="leaf"}',
  build: 'prometheus_build_info{link_side="sends",job="prometheus"}',
  release: 'metrics_link_agent_release_info{link_side="sends"}',
} as const;
type Query = keyof typeof queries;

const vector = z.object({
  result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
});

/** What the receiver's Prometheus knows of each sender. What it does not answer is not known, with its words. */
export async function seenBy(ask: AskPrometheus, senders: readonly ListedSender[]): Promise<ReadonlyMap<string, Seen>> {
  const asked = await Promise.all(
    Object.entries(queries).map(async ([name, query]) => [name, await answer(ask, query)] as const),
  );
  const answers = Object.fromEntries(asked) as Record<Query, Told<readonly Sample[]>>;
  return new Map(senders.map((sender) => [sender.name, seenOf(sender, answers)]));
}

async function answer(ask: AskPrometheus, query: string): Promise<Told<readonly Sample[]>> {
  try {
    const { result } = vector.parse(await ask(query));
    return { value: result.map(({ metric, value: [, text] }) => ({ labels: metric, value: Number(text) })) };
  } catch (error) {
    return { none: `not known: ${messageOf(error)}` };
  }
}

function seenOf({ name, declared: { labels } }: ListedSender, answers: Record<Query, Told<readonly Sample[]>>): Seen {
  const one = (query: Query, isIts: (labels: Labels) => boolean, nothing: string): Told<Sample> => {
    const told = answers[query];
    if ("none" in told) return told;
    const found = told.value.filter((sample) => isIts(sample.labels));
    if (found.length > 1) return { none: `not known: ${found.length} series answer` };
    return found[0] === undefined ? { none: nothing } : { value: found[0] };
  };
  const itself = (query: Query): Told<Sample> =>
    labels === undefined
      ? { none: "not known: no labels are pinned by which its series are known" }
      : one(query, (found) => carries(found, labels), "none stored");
  const atGate = (query: Query) => one(query, ({ sender }) => sender === name, "none stored");
  const chain = `sender_${name}`;
  const lastSeen = one("lastSeen", (found) => found.envoy_http_conn_manager_prefix === chain, `not in ${hours} h`);
  return {
    lastSeen: numberOf(lastSeen),
    samplesPerSecond: numberOf(firstOf(atGate("written"), itself("sent"))),
    series: numberOf(firstOf(atGate("active"), itself("head"))),
    leafNotAfter: numberOf(itself("leaf")),
    version: versionOf(itself("build"), itself("release")),
  };
}

const numberOf = (told: Told<Sample>): Told<number> => ("none" in told ? told : { value: told.value.value });

/** The first one, or the second if the first has no answer. */
const firstOf = <Value>(one: Told<Value>, other: Told<Value>): Told<Value> => ("none" in one ? other : one);

function versionOf(build: Told<Sample>, release: Told<Sample>): Told<string> {
  if ("none" in build) return build;
  const of = "none" in release ? "" : `, release ${(release.value.labels.release ?? "").slice(0, 12)}`;
  return { value: `Prometheus ${build.value.labels.version ?? "of no version"}${of}` };
}

const notInLog = { none: "not in the last lines of the host's log" };

/** The same with what the receiver's host saw of the certificates themselves, which counts before what a sender says of its own. */
export function withHandshakes(
  seen: ReadonlyMap<string, Seen>,
  handshakes: Told<readonly Handshake[]>,
): ReadonlyMap<string, Seen> {
  const of = (name: string, one: Seen): Seen => {
    if ("none" in handshakes) {
      const instead = (told: Told<number>) => ("none" in told && told.none === notAsked.none ? handshakes : told);
      return { ...one, lastSeen: instead(one.lastSeen), leafNotAfter: instead(one.leafNotAfter) };
    }
    const found = handshakes.value.find(({ chain }) => chain === name);
    if (found !== undefined) {
      const later = "none" in one.lastSeen ? found.at : Math.max(found.at, one.lastSeen.value);
      return { ...one, lastSeen: { value: later }, leafNotAfter: { value: found.leafNotAfter } };
    }
    return {
      ...one,
      lastSeen: firstOf(one.lastSeen, notInLog),
      leafNotAfter: firstOf(one.leafNotAfter, notInLog),
    };
  };
  return new Map([...seen].map(([name, one]) => [name, of(name, one)]));
}
