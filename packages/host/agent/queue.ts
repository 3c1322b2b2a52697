import { LinkError } from "@metrics-link/contract";
import type { ChangeAction, Release, ReleaseService } from "@metrics-link/release";
import { type Metrics, readMetrics } from "../common/prometheus.ts";
import type { Effects } from "./effects.ts";

type Queue = NonNullable<ReleaseService["queue"]>;

const remoteStorage = "prometheus_remote_storage";
const pollMs = 250;

/**
 * The remote-write queue that a change of a service would drop; undefined when it has none, or keeps it.
 * @param served the releases that the service may be running on; undefined for an unknown one
 */
export function queueAtStake(
  service: ReleaseService,
  action: ChangeAction | undefined,
  served: readonly (Release | undefined)[],
): Queue | undefined {
  if (action === undefined || action === "nothing") return undefined;
  const queues = served.flatMap((release) =>
    // The best guess about an unknown release is that it had the same queue.
    release === undefined ? service : (release.services.find(({ unit }) => unit === service.unit) ?? []),
  );
  return queues
    .flatMap(({ queue }) => queue ?? [])
    .find(({ sha256 }) => action === "restart" || sha256 !== service.queue?.sha256);
}

/**
 * Waits until a queue has nothing to lose: everything that Prometheus had stored at the first look is acknowledged. Does
 * not wait when the link has obviously been down for longer than `settleSeconds`.
 * @returns why there is still a backlog after `settleSeconds`, or why Prometheus does not tell
 */
export async function unsent(effects: Effects, { metricsUrl, settleSeconds }: Queue): Promise<string | undefined> {
  const deadline = effects.now() + settleSeconds * 1000;
  let first: Reading | undefined;
  let reason = "";
  for (;;) {
    try {
      const now = readingOf(await readMetrics(effects, metricsUrl));
      if (now === undefined) return undefined;
      const age = Math.max(0, Math.round(effects.now() / 1000 - now.sent));
      reason = `${now.pending} samples are pending in the queue; the newest acknowledged one is ${age} s old`;
      if (first === undefined && now.pending > 0 && age > settleSeconds) return reason;
      first ??= now;
      if (isSent(first, now)) return undefined;
    } catch (error) {
      reason = (error as Error).message;
    }
    if (effects.now() >= deadline) return reason;
    await effects.sleep(pollMs);
  }
}

/** Times in seconds since 1970. */
interface Reading {
  readonly stored: number;
  readonly sent: number;
  readonly pending: number;
  readonly retried: number;
  /** How many WAL segments the queue's reader is behind the newest one. */
  readonly segmentsBehind: number;
}

/** Undefined when there is no queue. */
function readingOf(metrics: Metrics): Reading | undefined {
  const sent = metrics.sum(`${remoteStorage}_queue_highest_sent_timestamp_seconds`);
  if (sent === undefined) return undefined;
  const wanted = (name: string) => {
    const found = metrics.sum(name);
    if (found === undefined) throw new LinkError("REQUEST_FAILED", { what: `Prometheus has no metric ${name}` });
    return found;
  };
  return {
    sent,
    stored: wanted("prometheus_tsdb_head_max_time_seconds"),
    pending: wanted(`${remoteStorage}_samples_pending`),
    retried: wanted(`${remoteStorage}_samples_retried_total`),
    segmentsBehind: wanted("prometheus_tsdb_wal_segment_current") - wanted("prometheus_wal_watcher_current_segment"),
  };
}

/**
 * A timestamp alone proves nothing: a sample from the future, sent before an outage, would hide the whole outage. So the
 * queue must also be empty, or must have kept sending without a retry since the first look, past the second of the newest
 * stored sample: Prometheus reports these times in whole seconds.
 */
function isSent(first: Reading, now: Reading): boolean {
  if (now.segmentsBehind > 0 || now.sent < first.stored) return false;
  return now.pending === 0 || (now.sent > Math.max(first.stored, first.sent) && now.retried === first.retried);
}

/** A healthy reader is a fraction of a second behind what is stored. */
const behindSeconds = 10;

/**
 * Whether the queue's reader is stuck at a place in the WAL. A write that failed half-way because the disk was full leaves
 * such a place: scraping continues once there is room, but the reader starts again and fails again until the next segment
 * begins, which may take two hours (Prometheus, tsdb/wlog/watcher.go, Run). A restart begins a segment at once.
 */
export async function isStuck(effects: Effects, { metricsUrl }: Queue): Promise<boolean> {
  const metrics = await readMetrics(effects, metricsUrl).catch(() => undefined);
  const value = (name: string) => metrics?.sum(name) ?? 0;
  const read = value("prometheus_remote_storage_queue_highest_timestamp_seconds");
  // With samples pending it is an outage, and a restart would lose them.
  return (
    value("prometheus_tsdb_wal_writes_failed_total") > 0 &&
    value("prometheus_remote_storage_samples_pending") === 0 &&
    read > 0 &&
    value("prometheus_tsdb_head_max_time_seconds") - read > behindSeconds
  );
}
