import { LinkError } from "@metrics-link/contract";
import type { Metrics } from "../common/prometheus.ts";

/** The state of Prometheus' remote-write queue at one moment. Times in milliseconds since 1970. */
export interface Reading {
  readonly at: number;
  /** A change means a new queue: it starts at "now" and skips what was not sent yet. */
  readonly started: string;
  readonly reloaded: string;
  /** Samples sent, retries included; each queue starts at 0. */
  readonly attempts: number;
  readonly retried: number;
  readonly pending: number;
  /** One shard sends batches one after the other, in the order of the WAL; several shards work in parallel. */
  readonly shards: number;
  /** The most samples in one batch, and pending in one shard. */
  readonly batch: number;
  readonly capacity: number;
  /** Samples that were rejected or dropped, so never acknowledged. */
  readonly dropped: number;
  /** The newest sample in the TSDB, read from the WAL, and sent. Whole seconds. */
  readonly stored: number;
  readonly read: number;
  readonly sent: number;
  readonly segmentsBehind: number;
  readonly truncations: number;
  readonly failedWrites: number;
  /** Samples of any kind that the TSDB has appended. */
  readonly appended: number;
}

const remoteStorage = "prometheus_remote_storage";
const queue = 'remote_name="link"';

/**
 * @returns undefined while Prometheus has no queue
 * @throws LinkError `REQUEST_FAILED` naming a metric that is missing
 */
export function readingOf(metrics: Metrics, at: number): Reading | undefined {
  if (metrics.sum(`${remoteStorage}_samples_total`, queue) === undefined) return undefined;
  const wanted = (name: string, label?: string) => {
    const found = metrics.sum(name, label);
    if (found === undefined) throw new LinkError("REQUEST_FAILED", { what: `Prometheus has no metric ${name}` });
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
    // A series appears with the first drop; samples dropped by relabelling are dropped on purpose.
    dropped: ofQueue("samples_failed_total") + droppedFor("too_old") + droppedFor("unintentionally_dropped_series"),
    stored: milliseconds(wanted("prometheus_tsdb_head_max_time_seconds")),
    read: milliseconds(ofQueue("queue_highest_timestamp_seconds")),
    sent: milliseconds(ofQueue("queue_highest_sent_timestamp_seconds")),
    segmentsBehind: wanted("prometheus_tsdb_wal_segment_current") - wanted("prometheus_wal_watcher_current_segment"),
    truncations: wanted("prometheus_tsdb_wal_truncations_total"),
    failedWrites: wanted("prometheus_tsdb_wal_writes_failed_total"),
    // The series appears with the first sample.
    appended: metrics.sum("prometheus_tsdb_head_samples_appended_total") ?? 0,
  };
}
