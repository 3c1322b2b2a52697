import { parseJson, shortened } from "@metrics-link/contract";
import { queueDefaults, remoteWrite } from "@metrics-link/release";
import * as z from "zod/mini";
import { ask } from "../common/http.ts";
import { metric } from "../common/prometheus.ts";
import type { Label } from "./messages.ts";
import type { Refusal } from "./write.ts";

/** A series is named until it has been out of trouble for this long. */
const keptMs = 3_600_000;
/** More series of a reason are only counted, so that an outage that was too long does not hide what is refused for ever. */
const namedPerReason = 10;
const largePerHost = 10;
/** Labels of more bytes make a full batch larger than a request may be: Prometheus cannot split it. */
const largeBytes = remoteWrite.bodyBytes / queueDefaults.maxSamplesPerSend;

/** What is known of a series that makes trouble. */
interface Named {
  readonly labels: Readonly<Record<string, string | undefined>>;
  readonly value: number;
  readonly at: number;
}

/** Names the recording rules of Prometheus: `group/record` by the name of its series. */
export type RulesBySeries = () => Promise<ReadonlyMap<string, string>>;

/**
 * The series that the receiver refuses for good, and those whose labels make batches too large: by name, job and rule, for the
 * metrics, the journal and the alerts. Their count is in the state; the names are in memory.
 */
export class Refused {
  readonly #rules: RulesBySeries;
  readonly #refused = new Map<string, Named>();
  readonly #large = new Map<string, Named>();

  constructor(rules: RulesBySeries) {
    this.#rules = rules;
  }

  /** Samples that were refused, one entry for each series of a batch that could not be split further. */
  async refuse(refusals: readonly Refusal[], now: number): Promise<void> {
    for (const { labels, reason, samples } of refusals) {
      // By what is shown: two series of one name would be twice the same metric, and no scrape takes that.
      const key = `${reason} ${seriesName(labels)}`;
      const known = this.#refused.get(key);
      if (known === undefined && !this.#hasRoom(reason, now)) continue;
      const named = known ?? { labels: { ...(await this.#nameOf(labels)), reason }, value: 0, at: now };
      if (known === undefined) console.log(JSON.stringify({ event: "series refused", ...named.labels }));
      this.#refused.set(key, { ...named, value: named.value + samples, at: now });
    }
  }

  /** A series that was read: remembered, the largest of each job or rule, if a batch full of such is too large. */
  async read(labels: readonly Label[], now: number): Promise<void> {
    const bytes = labelBytes(labels);
    if (bytes <= largeBytes) return;
    const key = shortened(labelOf(labels, "job") ?? labelOf(labels, "__name__") ?? "", valueCharacters);
    const known = this.#large.get(key);
    if (known !== undefined && known.value >= bytes) {
      this.#large.set(key, { ...known, at: now });
      return;
    }
    if (known === undefined && this.#large.size >= largePerHost) return;
    const named = await this.#nameOf(labels);
    if (known === undefined)
      console.log(JSON.stringify({ event: "labels too large for a full batch", bytes, ...named }));
    this.#large.set(key, { labels: named, value: bytes, at: now });
  }

  /** Both as metrics. @param now milliseconds since 1970 */
  metrics(now: number): string {
    for (const all of [this.#refused, this.#large]) {
      for (const [key, { at }] of all) if (now - at > keptMs) all.delete(key);
    }
    return [
      metric(
        "metrics_link_repair_refused_series_samples_total",
        "counter",
        "Samples that the receiver refused when they were written again, by series; the first few of each reason.",
        [...this.#refused.values()],
      ),
      metric(
        "metrics_link_repair_large_labels_bytes",
        "gauge",
        "Labels of a series that are so large that a full batch of such exceeds what a request may have; the largest of each job.",
        [...this.#large.values()],
      ),
    ].join("");
  }

  #hasRoom(reason: string, now: number): boolean {
    const same = [...this.#refused].filter(([, { labels }]) => labels.reason === reason);
    for (const [key, { at }] of same) if (now - at > keptMs) this.#refused.delete(key);
    return same.filter(([, { at }]) => now - at <= keptMs).length < namedPerReason;
  }

  async #nameOf(labels: readonly Label[]): Promise<Named["labels"]> {
    const rules = await this.#rules().catch((error: Error) => {
      console.error(`Naming the rule of a series failed: ${error.message}`);
      return new Map<string, string>();
    });
    const text = (value: string | undefined) => (value === undefined ? undefined : shortened(value, valueCharacters));
    return {
      series: seriesName(labels),
      // `job` itself is the label of the scrape that reads this metric.
      of_job: text(labelOf(labels, "job")),
      of_rule: text(rules.get(labelOf(labels, "__name__") ?? "")),
    };
  }
}

const labelOf = (labels: readonly Label[], wanted: string) => labels.find(({ name }) => name === wanted)?.value;

const labelBytes = (labels: readonly Label[]): number =>
  labels.reduce((total, { name, value }) => total + Buffer.byteLength(name) + Buffer.byteLength(value), 0);

const valueCharacters = 60;
/** A scrape of this host's metrics takes labels of up to 2,048 characters (docs/decisions/0622), and this is one. */
const nameCharacters = 500;
const first = ["job", "instance"];

/** A series as PromQL writes it; long values, and labels beyond a few, are left out. */
export function seriesName(labels: readonly Label[]): string {
  const others = labels.filter(({ name }) => name !== "__name__");
  const sorted = [
    ...first.flatMap((wanted) => others.filter(({ name }) => name === wanted)),
    ...others.filter(({ name }) => !first.includes(name)),
  ];
  const shown: string[] = [];
  let length = 0;
  for (const { name, value } of sorted) {
    const pair = `${shortened(name, valueCharacters)}=${JSON.stringify(shortened(value, valueCharacters))}`;
    length += pair.length;
    if (length > nameCharacters) break;
    shown.push(pair);
  }
  const left = sorted.length - shown.length;
  const pairs = [...shown, ...(left > 0 ? [`and ${left} more labels`] : [])].join(",");
  return `${shortened(labelOf(labels, "__name__") ?? "", valueCharacters)}{${pairs}}`;
}

const answer = z.object({
  data: z.object({
    groups: z.array(z.object({ name: z.string(), rules: z.array(z.object({ name: z.string() })) })),
  }),
});

/** Asks Prometheus. @throws LinkError when it does not answer, or not with rules */
export const recordingRules =
  (prometheusUrl: string): RulesBySeries =>
  async () => {
    const { body } = await ask({ url: `${prometheusUrl}/api/v1/rules?type=record`, timeoutMs: 5_000 });
    const { groups } = parseJson(answer, body, "the rules of Prometheus").data;
    return new Map(groups.flatMap((group) => group.rules.map(({ name }) => [name, `${group.name}/${name}`] as const)));
  };
