/** What Prometheus' `/metrics` shows of its queue and of its configuration; times in seconds since 1970. */
export interface Page {
  readonly sent?: number;
  readonly stored?: number;
  readonly pending?: number;
  readonly retried?: number;
  readonly segment?: number;
  readonly read?: number;
  readonly loadedAt?: number;
  readonly loadSucceeded?: boolean;
  readonly writes?: number;
  /** The newest sample that the queue has read from the WAL. */
  readonly queued?: number;
  readonly failedWrites?: number;
  /** Bytes of batches that are done with, and samples that were refused. */
  readonly done?: number;
  readonly refused?: number;
  readonly capacity?: number;
  readonly recordsRead?: number;
  /** Samples stored, and in requests. */
  readonly appended?: number;
  readonly requested?: number;
}

/** The page as text, with only what is known. */
export function metricsPage({ sent, stored, pending, retried, segment = 0, read = 0, ...more }: Page): string {
  const queue = '{remote_name="link",url="http://127.0.0.1:9091/api/v1/write"}';
  const lines: [string, number | undefined][] = [
    [`prometheus_remote_storage_queue_highest_sent_timestamp_seconds${queue}`, sent],
    [`prometheus_remote_storage_queue_highest_timestamp_seconds${queue}`, more.queued],
    [`prometheus_remote_storage_samples_pending${queue}`, pending],
    [`prometheus_remote_storage_samples_retried_total${queue}`, retried],
    [`prometheus_remote_storage_bytes_total${queue}`, more.done],
    [`prometheus_remote_storage_samples_failed_total${queue}`, more.refused],
    [`prometheus_remote_storage_shard_capacity${queue}`, more.capacity],
    ['prometheus_wal_watcher_records_read_total{consumer="link",type="samples"}', more.recordsRead],
    ["prometheus_remote_storage_samples_in_total", more.appended],
    [`prometheus_remote_storage_samples_total${queue}`, more.requested],
    ["prometheus_tsdb_head_max_time_seconds", stored],
    ["prometheus_tsdb_wal_segment_current", segment],
    ["prometheus_tsdb_wal_writes_failed_total", more.failedWrites],
    ['prometheus_wal_watcher_current_segment{consumer="link"}', read],
    ["prometheus_config_last_reload_successful", (more.loadSucceeded ?? true) ? 1 : 0],
    ["prometheus_config_last_reload_success_timestamp_seconds", more.loadedAt ?? 1e12],
    ['prometheus_http_requests_total{code="204",handler="/api/v1/write"}', more.writes],
    ['prometheus_http_requests_total{code="400",handler="/api/v1/write"}', 7],
  ];
  return lines.flatMap(([name, value]) => (value === undefined ? [] : [`# TYPE x gauge\n${name} ${value}\n`])).join("");
}

/** An answer of the query API with one value, or with none. */
export function answer(value: number | undefined): string {
  return JSON.stringify({ data: { result: value === undefined ? [] : [{ metric: {}, value: [0, `${value}`] }] } });
}
