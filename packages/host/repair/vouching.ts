import type { Reading } from "./reading.ts";

/** Why a window is not vouched for. */
export type Reason =
  | "Prometheus was started anew"
  | "the configuration was loaded anew"
  | "the queue is another one"
  | "samples were refused or dropped"
  | "the WAL was truncated in an outage"
  | "a write to the WAL failed"
  | "the WAL was not read";

/** Milliseconds since 1970, both inclusive. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly reasons: readonly Reason[];
}

/** What is known of the receiver's copy. Times in milliseconds since 1970. */
export interface Vouching {
  /** Where vouching began: what is older was never looked at. */
  readonly since: number;
  /** All that was stored with a time up to here is acknowledged, or lies in a window that was handed out. */
  readonly until: number;
  readonly last: Reading;
  /** The reading whose stored samples are awaited. */
  readonly awaited: Reading;
  /** The first reading by which the queue had read all of them. */
  readonly read: Reading | undefined;
  /** What was seen since `until` that may have cost samples. */
  readonly doubts: readonly Reason[];
}

/** How long a request may be under way before it counts as tried again (`remote_timeout`). */
const requestMs = 30_000;
/** A queue that can read is behind what is stored by a fraction of a second. */
const unreadMs = 10_000;
/** A link in health is behind by less. */
const outageMs = 60_000;

/**
 * Takes one more reading into account. A window is handed out when a queue has ended, which always skips what it had not
 * sent, or when the queue has caught up after something that may have cost samples: so it covers all of it.
 * @param lateMs how long after its own time a sample may be stored: a scrape has the time of its beginning
 */
export function vouch(
  before: Vouching | undefined,
  now: Reading,
  lateMs: number,
): { readonly vouching: Vouching; readonly window?: Window } {
  if (before === undefined) {
    return { vouching: { since: now.at, until: now.at, last: now, awaited: now, read: undefined, doubts: [] } };
  }
  const { last, until } = before;
  // A clock that was put back does not take back what is vouched for.
  const reachedNow = Math.max(until, now.at);
  const window = (reasons: readonly Reason[]) => ({ from: until, to: reachedNow, reasons: [...new Set(reasons)] });
  const anew = { ...before, until: reachedNow, last: now, awaited: now, read: undefined, doubts: [] };

  const ended = endOfQueue(last, now);
  if (ended) return { vouching: anew, window: window([...before.doubts, ended]) };

  const doubts = [...new Set([...before.doubts, ...doubtsIn(last, now, until)])];
  const { awaited } = before;
  const isRead = now.segmentsBehind === 0 && now.read >= awaited.stored;
  // A retry begins the wait for what is under way anew.
  const isTriedAgain = awaited.retried !== now.retried;
  const waiting = isTriedAgain ? { ...awaited, at: now.at, retried: now.retried } : awaited;
  const read = isTriedAgain || before.read === undefined ? (isRead ? now : undefined) : before.read;
  if (!isRead || !isAcknowledged(waiting, read, now)) {
    return { vouching: { ...before, last: now, awaited: waiting, read, doubts } };
  }
  if (doubts.length > 0) return { vouching: anew, window: window(doubts) };
  // A stored time in the future says nothing of the present.
  const reached = Math.min(awaited.stored, awaited.at) - lateMs;
  return { vouching: { ...before, until: Math.max(until, reached), last: now, awaited: now, read: undefined, doubts } };
}

function endOfQueue(last: Reading, now: Reading): Reason | undefined {
  if (now.started !== last.started) return "Prometheus was started anew";
  // Not every reload makes another queue, but a queue does not say when it began.
  if (now.reloaded !== last.reloaded) return "the configuration was loaded anew";
  return now.attempts < last.attempts ? "the queue is another one" : undefined;
}

function doubtsIn(last: Reading, now: Reading, until: number): Reason[] {
  const seen: [boolean, Reason][] = [
    [now.dropped > last.dropped, "samples were refused or dropped"],
    [now.failedWrites > last.failedWrites, "a write to the WAL failed"],
    // If the next segment is gone, the reader goes on at "now" (tsdb/wlog/watcher.go); that it did shows nowhere.
    [now.truncations > last.truncations && now.at - until > outageMs, "the WAL was truncated in an outage"],
    // One that catches up after an outage is behind as well, and its queue often empty; but it gets on.
    [isUnread(last) && isUnread(now) && now.read === last.read, "the WAL was not read"],
  ];
  return seen.flatMap(([is, reason]) => (is ? [reason] : []));
}

/** In an outage the reader stands still because the queue is full; here the queue is empty. A new queue has read nothing. */
const isUnread = ({ pending, stored, read }: Reading) => read > 0 && pending === 0 && stored - read > unreadMs;

/**
 * Whether all that was stored at `then`, and read by `read`, has been acknowledged: the queue is empty; or its one shard
 * has sent on as much as waited then, one batch under way apart; or the queue was at work without a retry for longer than a
 * full shard takes if each of its batches takes as long as a request may.
 */
function isAcknowledged(then: Reading, read: Reading | undefined, now: Reading): boolean {
  if (now.pending === 0) return true;
  if (read === undefined) return false;
  const inOrder = read.shards === 1 && now.shards === 1;
  if (inOrder && now.attempts - read.attempts - now.batch >= read.pending) return true;
  // What waits in the shard, what is under way, and what is not full yet.
  const batches = Math.ceil(now.capacity / now.batch) + 2;
  return now.sent > then.stored && now.at - Math.max(then.at, read.at) > batches * requestMs;
}
