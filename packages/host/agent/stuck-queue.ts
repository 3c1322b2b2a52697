import type { ReleaseService } from "@metrics-link/release";
import { readMetrics } from "../common/prometheus-metrics.ts";
import type { Effects } from "./effects.ts";

type Queue = NonNullable<ReleaseService["queue"]>;

/** A queue that can read is behind what is stored by a fraction of a second. */
const behindSeconds = 10;

/**
 * Whether the reader of a queue stands before a place in the WAL that it cannot get past. A write that failed half-way,
 * because the disk was full, leaves such a place: scraping goes on once there is room, but the queue starts reading anew,
 * and fails anew, until the next segment begins, which may take two hours (Prometheus, tsdb/wlog/watcher.go, Run). A
 * restart begins a segment at once.
 */
export async function isStuck(effects: Effects, { metricsUrl }: Queue): Promise<boolean> {
  const metrics = await readMetrics(effects, metricsUrl).catch(() => undefined);
  const value = (name: string) => metrics?.sum(name) ?? 0;
  const read = value("prometheus_remote_storage_queue_highest_timestamp_seconds");
  // What waits in the queue was read: that is an outage, in which a restart would lose it.
  return (
    value("prometheus_tsdb_wal_writes_failed_total") > 0 &&
    value("prometheus_remote_storage_samples_pending") === 0 &&
    read > 0 &&
    value("prometheus_tsdb_head_max_time_seconds") - read > behindSeconds
  );
}
