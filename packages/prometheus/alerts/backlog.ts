import { hostPaths } from "@metrics-link/release";
import type { Duration } from "../configuration.ts";
import type { Link, OwnSeries, RecordingRule } from "./alert.ts";

/** How far the receiver has acknowledged what this host stored, in seconds since 1970 by this host's clock. */
const acknowledged = "metrics_link:link_acknowledged:timestamp_seconds";

/** How long ago that was. */
export const linkLag = "metrics_link:link_lag:seconds";

/** The lag that a link may show at a single scrape, though it is up: it follows from the intervals. */
const healthyLag = "metrics_link:link_healthy_lag:seconds";

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
export function backlogRules(
  own: OwnSeries,
  { interval, healthyLagSeconds }: Pick<Link, "interval" | "healthyLagSeconds">,
): readonly RecordingRule[] {
  const available = own("node_filesystem_avail_bytes", `mountpoint="${hostPaths.data}"`);
  return [
    { record: acknowledged, expr: acknowledgedUntil(own, interval) },
    { record: healthyLag, expr: `vector(${healthyLagSeconds})` },
    { record: linkLag, expr: `clamp_min(time() - max(${acknowledged}), 0)` },
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

/**
 * The newest acknowledged sample's time, while it is one that this host's clock has reached. A target may tell times of the
 * future: then it is the scrape's time, unless the queue is so full that its reader waits, as it does after an outage. Only
 * a batch that is done with moves it, so that in an outage it stands still whatever was acknowledged before.
 */
function acknowledgedUntil(own: OwnSeries, interval: Duration): string {
  const queue = (name: string) => own(`prometheus_remote_storage_${name}`);
  const sent = queue("queue_highest_sent_timestamp_seconds");
  const rose = (selector: string) => `max(${selector}) > max(${selector} offset ${interval})`;
  // Prometheus reports this time in whole seconds.
  const scraped = `max(timestamp(${sent})) + 1`;
  const moves = rose(queue("bytes_total"));
  const hasRoom = `max(${queue("samples_pending")}) < max(${queue("shard_capacity")}) * max(${queue("shards")}) / 2`;
  const from = (source: string, expression: string) => `label_replace(${expression}, "from", "${source}", "", "")`;
  return [
    `max(${[
      `((${rose(sent)}) <= ${scraped} and (${moves}))`,
      from("scrape", `(max(timestamp(${sent})) and max(${sent}) > ${scraped} and (${moves}) and (${hasRoom}))`),
      from("before", `last_over_time(${acknowledged}[1h])`),
    ].join(" or ")})`,
    // Before the first acknowledgement, and after an hour without rules: a queue begins with Prometheus.
    `max(${own("process_start_time_seconds", 'job="prometheus"')})`,
  ].join(" or ");
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
