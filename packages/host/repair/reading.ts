import type { Metrics } from "../common/prometheus-metrics.ts";

/** What Prometheus says of its queue at one moment. Times in milliseconds since 1970. */
export interface Reading {
  readonly at: number;
  /** Another one stands for another queue: one that began at "now" and skips what was not sent yet. */
  readonly started: string;
  readonly reloaded: string;
  /** Samples handed to the receiver, attempts included; begins at 0 with each queue. */
  readonly attempts: number;
  readonly retried: number;
  readonly pending: number;
  /** One shard sends one batch after the other, in the order of the WAL; several do so each for themselves. */
  readonly shards: number;
  /** The most samples that one batch has, and that wait in one shard. */
  readonly batch: number;
  readonly capacity: number;
  /** Samples that were refused or dropped: they are acknowledged by nobody. */
  readonly dropped: number;
  /** The newest sample in the TSDB, the newest that was read from the WAL, the newest that was sent. Whole seconds. */
  readonly stored: number;
  readonly read: number;
  readonly sent: number;
  readonly segmentsBehind: number;
  readonly truncations: number;
  readonly failedWrites: number;
  /** Samples that the TSDB has taken up, of any kind. */
  readonly appended: number;
}

const remoteStorage = "prometheus_remote_storage";
const queue = 'remote_name="link"';

/**
 * @returns undefined while Prometheus has no queue
 * @throws Error naming a metric that is not there
 */
export function readingOf(metrics: Metrics, at: number): Reading | undefined {
  if (metrics.sum(`${remoteStorage}_samples_total`, queue) === undefined) return undefined;
  const wanted = (name: string, label?: string) => {
    const found = metrics.sum(name, label);
    if (found === undefined) throw new Error(`Prometheus has no metric ${name}`);
    return found;
  };
  const ofQueue = (name: string) => wanted(`${remoteStorage}_${name}`, queue);
  const droppedFor = (reason: string) =>
    metrics.sum(`${remoteStorage}_samples_dropped_total`, `reason="${reason}"`) ?? 0;
  const milliseconds = (seconds: number) => seconds * 1000;
  return {
    at,
    started: `${wanted("process_start_time_seconds")}`,
    reloaded: `${wanted("prometheus_config_last_reload_success_timestamp_seconds")}`,
    attempts: ofQueue("samples_total"),
    retried: ofQueue("samples_retried_total"),
    pending: ofQueue("samples_pending"),
    shards: ofQueue("shards"),
    batch: ofQueue("max_samples_per_send"),
    capacity: ofQueue("shard_capacity"),
    // Has a series only from the first one on; what relabelling leaves out is left out on purpose.
    dropped: ofQueue("samples_failed_total") + droppedFor("too_old") + droppedFor("unintentionally_dropped_series"),
    stored: milliseconds(wanted("prometheus_tsdb_head_max_time_seconds")),
    read: milliseconds(ofQueue("queue_highest_timestamp_seconds")),
    sent: milliseconds(ofQueue("queue_highest_sent_timestamp_seconds")),
    segmentsBehind: wanted("prometheus_tsdb_wal_segment_current") - wanted("prometheus_wal_watcher_current_segment"),
    truncations: wanted("prometheus_tsdb_wal_truncations_total"),
    failedWrites: wanted("prometheus_tsdb_wal_writes_failed_total"),
    // Has a series only from the first sample on.
    appended: metrics.sum("prometheus_tsdb_head_samples_appended_total") ?? 0,
  };
}
