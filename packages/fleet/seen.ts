import { anyOf, carries, identitiesIn, identityOf, type Labels, messageOf } from "@metrics-link/contract";
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
 * What the receiver's own Envoy and gate say: one series a sender, with a label for its filter chain or the gate's name of it.
 */
const ownQueries = {
  lastSeen: `max_over_time(timestamp(${byChain} (increase(${accepted}[5m])) > 0)[${hours}h:1m])`,
  written: 'sum by (sender) (rate(metrics_link_gate_written_total{link_side="receives",kind!="exemplars"}[5m]))',
  active: 'max by (sender) (metrics_link_gate_active_series{link_side="receives"})',
} as const;

/**
 * What senders say of themselves, by the label that is pinned for each. One series a sender, or two where its labels are wanted and
 * differ: whoever writes many of them makes the answer for the others no longer.
 */
const sendersQueries = {
  sent: (by, of) =>
    `sum by (${by}) (rate(prometheus_remote_storage_samples_total{link_side="sends",job="prometheus",${of}}[5m]))`,
  head: (by, of) => `max by (${by}) (prometheus_tsdb_head_series{link_side="sends",job="prometheus",${of}})`,
  leaf: (by, of) =>
    `min by (${by}) (metrics_link_certificate_not_after_timestamp_seconds{link_side="sends",tier="leaf",${of}})`,
  build: (by, of) => `topk by (${by}) (2, prometheus_build_info{link_side="sends",job="prometheus",${of}})`,
  release: (by, of) => `topk by (${by}) (2, metrics_link_agent_release_info{link_side="sends",${of}})`,
} as const satisfies Record<string, (by: string, of: string) => string>;
type Query = keyof typeof ownQueries | keyof typeof sendersQueries;

function queriesAbout(senders: readonly ListedSender[]): readonly (readonly [string, string])[] {
  const identities = [...identitiesIn(senders.flatMap(({ declared: { labels } }) => (labels ? [labels] : [])))];
  const ofSenders = Object.entries(sendersQueries).map(([name, query]) => {
    const each = identities.map(([label, values]) => query(label, `${label}=~${anyOf(values)}`));
    return [name, each.join(" or ")] as const;
  });
  return [...Object.entries(ownQueries), ...(identities.length === 0 ? [] : ofSenders)];
}

const vector = z.object({
  result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
});

/** What the receiver's Prometheus knows of each sender. What it does not answer is not known, with its words. */
export async function seenBy(ask: AskPrometheus, senders: readonly ListedSender[]): Promise<ReadonlyMap<string, Seen>> {
  const asked = await Promise.all(
    queriesAbout(senders).map(async ([name, query]) => [name, await answer(ask, query)] as const),
  );
  const answers: Answers = Object.fromEntries(asked);
  return new Map(senders.map((sender) => [sender.name, seenOf(sender, answers)]));
}

type Answers = Readonly<Partial<Record<Query, Told<readonly Sample[]>>>>;

async function answer(ask: AskPrometheus, query: string): Promise<Told<readonly Sample[]>> {
  try {
    const { result } = vector.parse(await ask(query));
    return { value: result.map(({ metric, value: [, text] }) => ({ labels: metric, value: Number(text) })) };
  } catch (error) {
    return { none: `not known: ${messageOf(error)}` };
  }
}

function seenOf({ name, declared: { labels } }: ListedSender, answers: Answers): Seen {
  const one = (query: Query, isIts: (labels: Labels) => boolean, nothing: string): Told<Sample> => {
    const told = answers[query] ?? { value: [] };
    if ("none" in told) return told;
    const found = told.value.filter((sample) => isIts(sample.labels));
    if (found.length > 1) return { none: "not known: more than one series answers" };
    return found[0] === undefined ? { none: nothing } : { value: found[0] };
  };
  const identity = labels === undefined ? undefined : identityOf(labels);
  const itself = (query: Query): Told<Sample> =>
    identity === undefined
      ? { none: "not known: no labels are pinned by which its series are known" }
      : one(query, (found) => carries(found, Object.fromEntries([identity])), "none stored");
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
