import { uptime as secondsSinceBoot } from "node:os";
import { LinkError } from "@metrics-link/contract";
import { ask } from "../common/http.ts";
import { type Metrics, readMetrics } from "../common/prometheus.ts";

/** The state of Prometheus and its remote-write queue at one moment. Times in milliseconds, counts in float samples. */
export interface Reading {
  /** By the clock, since 1970. */
  readonly at: number;
  /** Since the machine started: no one can set this clock. */
  readonly uptime: number;
  /** A change means a new process, and with it a new queue. */
  readonly started: string;
  /** When the configuration was loaded last: nothing else replaces a queue. */
  readonly loadedAt: number;
  /** Stored since the process started, as often as the WAL has them: an exact duplicate counts. */
  readonly stored: number;
  /** Samples in requests, retries included; each queue starts at 0. */
  readonly attempts: number;
  readonly retried: number;
  /** What the queue has taken from the WAL and left out: of a series that it does not know. */
  readonly leftOut: number;
  /** In the queue, those in a request that has no answer yet included. */
  readonly pending: number;
  /** One shard sends batches one after the other, in the order of the WAL; several shards work in parallel. */
  readonly shards: number;
  /** The most samples in one batch, and pending in one shard. */
  readonly batch: number;
  readonly capacity: number;
  /** Samples that were rejected or dropped, so never acknowledged. */
  readonly dropped: number;
  readonly failedWrites: number;
  /** The newest time that any stored sample has. It may be in the future. */
  readonly newest: number;
  /** Samples of native histograms that were stored: this link does not send them. */
  readonly histograms: number;
  /** How long the slowest rule group took, and the longest interval of one: its samples are stored that late. */
  readonly ruleDuration: number;
  readonly ruleInterval: number;
}

const remoteStorage = "prometheus_remote_storage";
const queue = 'remote_name="link"';

/**
 * @param at by the clock, in milliseconds since 1970
 * @param uptime milliseconds since the machine started
 * @returns undefined while Prometheus has no queue
 * @throws LinkError `REQUEST_FAILED` naming a metric that is missing
 */
export function readingOf(metrics: Metrics, at: number, uptime: number): Reading | undefined {
  if (metrics.sum(`${remoteStorage}_samples_total`, queue) === undefined) return undefined;
  const wanted = (name: string, label?: string) => {
    const found = metrics.sum(name, label);
    if (found === undefined) throw new LinkError("REQUEST_FAILED", { what: `Prometheus has no metric ${name}` });
    return found;
  };
  const ofQueue = (name: string) => wanted(`${remoteStorage}_${name}`, queue);
  // A series of these appears with its first event.
  const droppedFor = (label: string) => metrics.sum(`${remoteStorage}_samples_dropped_total`, label) ?? 0;
  const milliseconds = (seconds: number | undefined) => Math.round((seconds ?? 0) * 1000);
  return {
    at,
    uptime,
    started: `${wanted("process_start_time_seconds")}`,
    loadedAt: milliseconds(metrics.sum("prometheus_config_last_reload_success_timestamp_seconds")),
    stored: wanted(`${remoteStorage}_samples_in_total`),
    attempts: ofQueue("samples_total"),
    retried: ofQueue("samples_retried_total"),
    leftOut: droppedFor(queue),
    pending: ofQueue("samples_pending"),
    shards: ofQueue("shards"),
    batch: ofQueue("max_samples_per_send"),
    capacity: ofQueue("shard_capacity"),
    // Samples dropped by relabelling are dropped on purpose.
    dropped:
      ofQueue("samples_failed_total") +
      droppedFor('reason="too_old"') +
      droppedFor('reason="unintentionally_dropped_series"'),
    failedWrites: wanted("prometheus_tsdb_wal_writes_failed_total"),
    newest: milliseconds(wanted("prometheus_tsdb_head_max_time_seconds")),
    histograms: metrics.sum(`${remoteStorage}_histograms_in_total`) ?? 0,
    ruleDuration: milliseconds(metrics.most("prometheus_rule_group_last_duration_seconds")),
    ruleInterval: milliseconds(metrics.most("prometheus_rule_group_interval_seconds")),
  };
}

/**
 * Reads the state from Prometheus' own page.
 * @returns undefined while Prometheus has no queue
 * @throws LinkError when Prometheus does not answer, or has not all metrics
 */
export async function readQueue(prometheusUrl: string): Promise<Reading | undefined> {
  // Both clocks at one moment: a page that takes long is no clock that was set back.
  const [at, uptime] = [Date.now(), Math.round(secondsSinceBoot() * 1000)];
  return readingOf(await readMetrics({ ask }, `${prometheusUrl}/metrics`), at, uptime);
}

/** What the queue has taken from the WAL. A batch that waits for its answer counts twice: in `attempts` and `pending`. */
export const enqueued = (reading: Reading): number => begun(reading) + reading.pending;

/** What the queue has begun to send, or left out. */
export const begun = ({ attempts, retried, leftOut }: Reading): number => attempts - retried + leftOut;

/** At most so many samples are in requests without an answer. */
export const inRequests = ({ pending, batch, shards }: Reading): number => Math.min(pending, batch * shards);

/**
 * Stored, and not in the queue: what its reader has not read yet, and what it will never read. Exact, but for a batch that
 * waits for its answer, which lowers it by up to `inRequests`, and for what is stored while Prometheus writes its metrics.
 */
export const gapOf = (reading: Reading): number => reading.stored - enqueued(reading);
