import type { Reading } from "./reading.ts";

/** Why delivery of a window is not proven. */
export type Reason =
  | "Prometheus was restarted"
  | "the configuration was reloaded"
  | "the queue was replaced"
  | "samples were rejected or dropped"
  | "the WAL was truncated during an outage"
  | "a write to the WAL failed"
  | "the WAL was not read";

/** Milliseconds since 1970, both inclusive. */
export interface Window {
  readonly from: number;
  readonly to: number;
  /** Of `Reason`; a state file may have the wording of another version. */
  readonly reasons: readonly string[];
}

/** How far the receiver's copy is proven complete. Times in milliseconds since 1970. */
export interface DeliveryWatermark {
  /** Where it started: older samples were never checked. */
  readonly since: number;
  /** The watermark: everything stored with a time up to here is acknowledged, or in a window that was returned. */
  readonly until: number;
  readonly last: Reading;
  /** The reading whose stored samples must be acknowledged next. */
  readonly awaited: Reading;
  /** The first reading at which the queue had read all of them from the WAL. */
  readonly read: Reading | undefined;
  /** What happened since `until` that may have lost samples. */
  readonly doubts: readonly string[];
}

/** A request that takes longer is retried (`remote_timeout`). */
const requestMs = 30_000;
/** A healthy queue reads the WAL within a fraction of a second. */
const unreadMs = 10_000;
/** A healthy link is less behind. */
const outageMs = 60_000;

/**
 * Advances the watermark by one reading. Returns a window to backfill when a queue has ended, which always skips what it had
 * not sent, or when the queue has caught up after something that may have lost samples, so that the window covers it all.
 * @param lateMs how long after its own timestamp a sample may be stored: a scrape's timestamp is its start
 */
export function advance(
  before: DeliveryWatermark | undefined,
  now: Reading,
  lateMs: number,
): { readonly watermark: DeliveryWatermark; readonly window?: Window } {
  if (before === undefined) {
    return { watermark: { since: now.at, until: now.at, last: now, awaited: now, read: undefined, doubts: [] } };
  }
  const { last, until } = before;
  // A clock that was set back does not move the watermark back.
  const reachedNow = Math.max(until, now.at);
  const window = (reasons: readonly string[]) => ({ from: until, to: reachedNow, reasons: [...new Set(reasons)] });
  const restarted = { ...before, until: reachedNow, last: now, awaited: now, read: undefined, doubts: [] };

  const ended = endOfQueue(last, now);
  if (ended) return { watermark: restarted, window: window([...before.doubts, ended]) };

  const doubts = [...new Set([...before.doubts, ...doubtsIn(last, now, until)])];
  const { awaited } = before;
  const isRead = now.segmentsBehind === 0 && now.read >= awaited.stored;
  // After a retry, the wait for requests in flight starts again.
  const isRetried = awaited.retried !== now.retried;
  const waiting = isRetried ? { ...awaited, at: now.at, retried: now.retried } : awaited;
  const read = isRetried || before.read === undefined ? (isRead ? now : undefined) : before.read;
  if (!isRead || !isAcknowledged(waiting, read, now)) {
    return { watermark: { ...before, last: now, awaited: waiting, read, doubts } };
  }
  if (doubts.length > 0) return { watermark: restarted, window: window(doubts) };
  // A stored timestamp in the future proves nothing about the present.
  const reached = Math.min(awaited.stored, awaited.at) - lateMs;
  return {
    watermark: { ...before, until: Math.max(until, reached), last: now, awaited: now, read: undefined, doubts },
  };
}

function endOfQueue(last: Reading, now: Reading): Reason | undefined {
  if (now.started !== last.started) return "Prometheus was restarted";
  // Not every reload makes a new queue, but a queue does not tell when it started.
  if (now.reloaded !== last.reloaded) return "the configuration was reloaded";
  return now.attempts < last.attempts ? "the queue was replaced" : undefined;
}

function doubtsIn(last: Reading, now: Reading, until: number): Reason[] {
  const seen: [boolean, Reason][] = [
    [now.dropped > last.dropped, "samples were rejected or dropped"],
    [now.failedWrites > last.failedWrites, "a write to the WAL failed"],
    // If the next segment is gone, the reader silently continues at "now" (tsdb/wlog/watcher.go).
    [now.truncations > last.truncations && now.at - until > outageMs, "the WAL was truncated during an outage"],
    // A reader that catches up after an outage is also behind, often with an empty queue; but it makes progress.
    [isUnread(last) && isUnread(now) && now.read === last.read, "the WAL was not read"],
  ];
  return seen.flatMap(([is, reason]) => (is ? [reason] : []));
}

/** In an outage the reader stops because the queue is full; here the queue is empty. A new queue has read nothing. */
const isUnread = ({ pending, stored, read }: Reading) => read > 0 && pending === 0 && stored - read > unreadMs;

/**
 * Whether everything stored at `then`, and read at `read`, is acknowledged: the queue is empty; or its only shard has since
 * sent as much as was pending then, except one batch in flight; or the queue has worked without a retry for longer than a
 * full shard takes when every batch takes as long as a request may.
 */
function isAcknowledged(then: Reading, read: Reading | undefined, now: Reading): boolean {
  if (now.pending === 0) return true;
  if (read === undefined) return false;
  const inOrder = read.shards === 1 && now.shards === 1;
  if (inOrder && now.attempts - read.attempts - now.batch >= read.pending) return true;
  // The pending batches, the one in flight, and the one that is not full yet.
  const batches = Math.ceil(now.capacity / now.batch) + 2;
  return now.sent > then.stored && now.at - Math.max(then.at, read.at) > batches * requestMs;
}
