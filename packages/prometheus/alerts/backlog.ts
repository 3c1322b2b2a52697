import { hostPaths } from "@metrics-link/release";
import type { OwnSeries } from "./alert.ts";

/** Seconds between the newest acknowledged sample and the newest stored one. */
export const linkLag = "metrics_link:link_lag:seconds";

/**
 * How long an outage may last from now on before samples of the backlog are lost. Predicted up to six hours after the
 * next truncation.
 */
export const backlogTimeLeft = "metrics_link:backlog_time_left:seconds";

/** Bytes of a WAL segment (tsdb/wlog, DefaultSegmentSize). */
export const segmentBytes = 128 * 1024 * 1024;
/** Prometheus cuts a block, and then its WAL, every two hours (DefaultBlockDuration). */
export const truncationSeconds = 2 * 3600;
/** The head is cut once it spans one and a half blocks (tsdb/head.go, compactable). */
const headSeconds = 3 * 3600;

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

const growth = "metrics_link:wal_growth:segments_per_second";
const nextTruncation = "metrics_link:wal_next_truncation:seconds";
const oldest = "metrics_link:wal_oldest:segment";
const newest = "metrics_link:wal_newest:segment";
const reader = "metrics_link:wal_reader:segment";
const untilDiskIsFull = "metrics_link:disk_time_left:seconds";
const keptFrom = (truncation: number) => `metrics_link:wal_kept_from:segment_${truncation}`;

/**
 * Predicts the next three truncations of the WAL (tsdb/head.go, truncateWAL): of all segments but the newest, Prometheus
 * deletes the lower two thirds, unless that is one segment. Once the segment of the queue's reader is deleted, what it
 * has not read is lost.
 */
export function backlogRules(own: OwnSeries): readonly RecordingRule[] {
  const sent = own("prometheus_remote_storage_queue_highest_sent_timestamp_seconds");
  const available = own("node_filesystem_avail_bytes", `mountpoint="${hostPaths.data}"`);
  return [
    {
      record: linkLag,
      // Not the queue's highest timestamp: in an outage that stops as soon as the queue is full, after seconds.
      expr: `max(${own("prometheus_tsdb_head_max_time_seconds")}) - max(${sent})`,
    },
    {
      record: growth,
      expr: `max(rate(${own("prometheus_tsdb_wal_record_parts_bytes_written_total")}[30m])) / ${segmentBytes}`,
    },
    {
      record: nextTruncation,
      expr:
        `clamp_min(max(${own("prometheus_tsdb_head_min_time_seconds")}) + ${headSeconds} - ` +
        `max(${own("prometheus_tsdb_head_max_time_seconds")}), 0)`,
    },
    { record: oldest, expr: `max(${own("metrics_link_wal_oldest_segment")})` },
    { record: newest, expr: `max(${own("prometheus_tsdb_wal_segment_current")})` },
    { record: reader, expr: `min(${own("prometheus_wal_watcher_current_segment", 'consumer="link"')})` },
    ...[1, 2, 3].map((truncation) => ({ record: keptFrom(truncation), expr: keptAfter(truncation) })),
    {
      record: untilDiskIsFull,
      // One week stands for "not filling".
      expr: `clamp_max(min(${available}) / clamp_min(-min(deriv(${available}[30m])), 1), ${7 * 86_400})`,
    },
    { record: backlogTimeLeft, expr: `min(${untilTruncated} or ${labelled(untilDiskIsFull)})` },
  ];
}

/** The oldest segment that the nth truncation from now keeps. */
function keptAfter(truncation: number): string {
  const first = truncation === 1 ? oldest : keptFrom(truncation - 1);
  const rounds = truncation - 1;
  // Each earlier truncation begins a new segment.
  const grown = `ceil(${growth} * (${nextTruncation} + ${rounds * truncationSeconds})) + ${rounds}`;
  const lowerTwoThirds = `floor((${newest} + ${grown} - 1 - ${first}) * 2 / 3)`;
  return `${first} + (${lowerTwoThirds} + 1) * (${lowerTwoThirds} > bool 0)`;
}

const survives = (truncation: number) => `(${reader} >= bool ${keptFrom(truncation)})`;

const untilTruncated =
  `(${nextTruncation} + ${truncationSeconds} * ` + `${survives(1)} * (1 + ${survives(2)} * (1 + ${survives(3)})))`;

/** A second series beside one without labels. */
const labelled = (expression: string) => `label_replace(${expression}, "bound", "disk", "", "")`;
