import type { Ask } from "../common/http.ts";
import { instantQuery, type Metrics } from "../common/prometheus.ts";

/** What the remote-write queue has counted by some moment; each queue starts at 0. */
export interface Progress {
  /** Bytes of the batches that are done with: acknowledged, or refused for good (queue_manager.go, sendSamplesWithBackoff). */
  readonly done: number;
  /** Samples and histograms of batches that were refused for good. */
  readonly refused: number;
  /** Samples and histograms of batches that were sent again. */
  readonly retried: number;
}

const remoteStorage = "prometheus_remote_storage";
const counters = {
  [`${remoteStorage}_bytes_total`]: "done",
  [`${remoteStorage}_samples_failed_total`]: "refused",
  [`${remoteStorage}_histograms_failed_total`]: "refused",
  [`${remoteStorage}_samples_retried_total`]: "retried",
  [`${remoteStorage}_histograms_retried_total`]: "retried",
} as const satisfies Readonly<Record<string, keyof Progress>>;

const sumBy = (read: (name: string) => number | undefined): Progress | undefined => {
  const totals = { done: 0, refused: 0, retried: 0 };
  let isFound = false;
  for (const [name, kind] of Object.entries(counters)) {
    const value = read(name);
    isFound ||= value !== undefined && kind === "done";
    totals[kind] += value ?? 0;
  }
  return isFound ? totals : undefined;
};

/** What a `/metrics` page says of the queue; undefined when there is none. */
export const progressOf = (metrics: Metrics): Progress | undefined => sumBy((name) => metrics.sum(name));

/**
 * Whether a batch was acknowledged between two looks: one is done with, and none was refused. Prometheus counts the bytes
 * a moment before it counts refused samples, so only the next look confirms it.
 */
export const proves = (before: Progress | undefined, now: Progress | undefined): boolean =>
  before !== undefined && now !== undefined && now.done > before.done && now.refused === before.refused;

/** The readings that Prometheus has of its own queue, oldest first, at the time of its own scrapes: the host's clock. */
export async function readQueueHistory(
  effects: { readonly ask: Ask },
  prometheusUrl: string,
  quietSeconds: number,
): Promise<readonly Progress[]> {
  // Twice the pause: the last acknowledgement, and a reading before it.
  const selector = `{__name__=~"${Object.keys(counters).join("|")}",remote_name="link",link_side="sends"}`;
  const series = await instantQuery(effects, prometheusUrl, `${selector}[${2 * quietSeconds}s]`);
  const readings = new Map<number, Map<string, number>>();
  for (const { metric, values = [] } of series) {
    for (const [at, value] of values) {
      const reading = readings.get(at) ?? new Map<string, number>();
      reading.set(metric?.__name__ ?? "", Number(value));
      readings.set(at, reading);
    }
  }
  return [...readings]
    .toSorted(([one], [other]) => one - other)
    .flatMap(([, reading]) => sumBy((name) => reading.get(name)) ?? []);
}

/** Whether the queue had a batch acknowledged lately, and has sent nothing again since. */
export function isQueueUp(history: readonly Progress[], now: Progress | undefined): boolean {
  const readings = now === undefined ? [] : [...history, now];
  const newest = readings.findLast((reading, index) => proves(readings[index - 1], reading));
  return newest !== undefined && newest.retried === now?.retried;
}
