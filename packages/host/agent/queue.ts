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
  const looks: Reading[] = [];
  let reason = "";
  for (;;) {
    try {
      const now = readingOf(await readMetrics(effects, metricsUrl), effects.now() / 1000);
      if (now === undefined) return undefined;
      reason = reasonOf(now);
      if (looks.length === 0 && now.pending > 0 && !isAhead(now) && now.at - now.sent > settleSeconds) return reason;
      looks.push(now);
      if (isSent(looks)) return undefined;
    } catch (error) {
      reason = (error as Error).message;
    }
    if (effects.now() >= deadline) return reason;
    await effects.sleep(pollMs);
  }
}

/** Times in seconds since 1970. */
interface Reading {
  /** By the host's clock. */
  readonly at: number;
  /** Times that scrape targets may tell: never believed without `at`. */
  readonly stored: number;
  readonly sent: number;
  readonly pending: number;
  readonly retried: number;
  /** How many WAL segments the queue's reader is behind the newest one. */
  readonly segmentsBehind: number;
  /** Samples that fit into one shard, and records that the queue's reader has read from the WAL. */
  readonly capacity: number;
  readonly recordsRead: number;
}

/** Undefined when there is no queue. */
function readingOf(metrics: Metrics, at: number): Reading | undefined {
  const sent = metrics.sum(`${remoteStorage}_queue_highest_sent_timestamp_seconds`);
  if (sent === undefined) return undefined;
  const wanted = (name: string) => {
    const found = metrics.sum(name);
    if (found === undefined) throw new LinkError("REQUEST_FAILED", { what: `Prometheus has no metric ${name}` });
    return found;
  };
  return {
    at,
    sent,
    stored: wanted("prometheus_tsdb_head_max_time_seconds"),
    pending: wanted(`${remoteStorage}_samples_pending`) + (metrics.sum(`${remoteStorage}_histograms_pending`) ?? 0),
    retried: wanted(`${remoteStorage}_samples_retried_total`),
    segmentsBehind: wanted("prometheus_tsdb_wal_segment_current") - wanted("prometheus_wal_watcher_current_segment"),
    capacity: metrics.sum(`${remoteStorage}_shard_capacity`) ?? 0,
    recordsRead: metrics.sum(recordsReadMetric) ?? 0,
  };
}

const recordsReadMetric = "prometheus_wal_watcher_records_read_total";

/** Prometheus reports times in whole seconds. */
const roundingSeconds = 1;

/** Whether a sample is stored that its target says is from the future. */
const isAhead = ({ stored, at }: Pick<Reading, "stored" | "at">) => stored > at + roundingSeconds;

const reasonOf = (now: Reading): string => {
  const pending = `${now.pending} samples are pending in the queue`;
  return isAhead(now)
    ? `${pending}; a target told a time ${Math.round(now.stored - now.at)} s ahead of this host's clock`
    : `${pending}; the newest acknowledged one is ${Math.max(0, Math.round(now.at - now.sent))} s old`;
};

/**
 * Whether all that was stored at the first look is acknowledged: a sample stored later is, without a retry since, for the
 * reader takes samples from the WAL in order; or the queue is empty and so is what its reader has before it. The newest
 * stored time tells that, unless it is from the future: then it is the newest acknowledged one for minutes, whatever comes
 * after it.
 */
function isSent(looks: readonly Reading[]): boolean {
  const [first, now] = [looks[0], looks.at(-1)];
  if (first === undefined || now === undefined || now.segmentsBehind > 0 || now.sent < first.stored) return false;
  if (now.pending > 0) return now.sent > Math.max(first.stored, first.sent) && now.retried === first.retried;
  return !isAhead(first) || isReaderAwake(looks);
}

/**
 * Whether the reader has read something since the queue was empty, and the queue has not filled up since. A reader that
 * found a full queue sleeps for as long as `max_backoff`, in which the queue may become empty; one that cannot read its
 * segment reads nothing at all. Any other reads to the end at once.
 */
function isReaderAwake(looks: readonly Reading[]): boolean {
  const filled = looks.findLastIndex(({ pending, capacity }) => pending > capacity / 2);
  const empty = looks.slice(filled + 1).find(({ pending }) => pending === 0);
  const now = looks.at(-1);
  return empty !== undefined && now !== undefined && now.recordsRead > empty.recordsRead;
}

/** A healthy reader is a fraction of a second behind what is stored. */
const behindSeconds = 10;
/** The longest `max_backoff` that a stack may have is 2 minutes: no reader sleeps longer. */
const longestSleepSeconds = 150;
/** A reader that failed reads the segment again after 5 s (tsdb/wlog/watcher.go, loop). */
const watchMs = 15_000;
const watchEveryMs = 1_000;

/**
 * Whether the queue's reader is stuck at a place in the WAL. A write that failed half-way because the disk was full leaves
 * such a place: scraping continues once there is room, but the reader reads its segment again from the beginning and fails
 * again, until the next segment begins, which may take two hours (tsdb/wlog/watcher.go, Run). A restart begins one at once.
 * A reader that found a full queue sleeps after the outage, with an empty queue as well: it reads nothing, and a restart would
 * lose what it has before it.
 */
export async function isStuck(effects: Effects, queue: Queue): Promise<boolean> {
  const first = await progressOf(effects, queue);
  // With samples pending it is an outage, and a restart would lose them.
  if (first === undefined || first.failedWrites === 0 || first.pending > 0 || first.read === 0) return false;
  if (!isAhead(first) && first.stored - first.read <= behindSeconds) return false;
  const deadline = effects.now() + watchMs;
  let now: Progress | undefined = first;
  while (effects.now() < deadline) {
    await effects.sleep(watchEveryMs);
    now = await progressOf(effects, queue);
    if (now === undefined || now.pending > 0 || now.sent !== first.sent) return false;
  }
  if (now.appended === first.appended) return false;
  return now.recordsRead > first.recordsRead || now.stored - now.read > longestSleepSeconds;
}

/** What shows whether samples come through the queue. Times in seconds since 1970. */
interface Progress {
  readonly at: number;
  /** By the samples' own times. */
  readonly stored: number;
  readonly read: number;
  readonly appended: number;
  readonly recordsRead: number;
  readonly pending: number;
  /** Samples in requests, and those that the queue has taken and dropped. */
  readonly sent: number;
  readonly failedWrites: number;
}

/** Undefined when Prometheus does not answer. */
async function progressOf(effects: Effects, { metricsUrl }: Queue): Promise<Progress | undefined> {
  const metrics = await readMetrics(effects, metricsUrl).catch(() => undefined);
  if (metrics === undefined) return undefined;
  const value = (name: string) => metrics.sum(name) ?? 0;
  return {
    at: effects.now() / 1000,
    stored: value("prometheus_tsdb_head_max_time_seconds"),
    read: value(`${remoteStorage}_queue_highest_timestamp_seconds`),
    appended: value(`${remoteStorage}_samples_in_total`),
    recordsRead: value(recordsReadMetric),
    pending: value(`${remoteStorage}_samples_pending`),
    sent: value(`${remoteStorage}_samples_total`) + value(`${remoteStorage}_samples_dropped_total`),
    failedWrites: value("prometheus_tsdb_wal_writes_failed_total"),
  };
}
