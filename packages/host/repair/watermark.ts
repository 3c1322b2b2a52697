import { setBack, withClockStep } from "./clock-step.ts";
import { begun, enqueued, gapOf, inRequests, type Reading } from "./reading.ts";

/** Why delivery of a window is not proven. */
export type Reason =
  | "Prometheus was restarted"
  | "the queue was replaced"
  | "samples were rejected or dropped"
  | "the queue left samples out"
  | "a write to the WAL failed"
  | "more was sent than stored"
  | "the repairer was updated";

/** Milliseconds since 1970, both inclusive, by the samples' own times. */
export interface Window {
  readonly from: number;
  readonly to: number;
  /** Of `Reason`; a state file may have the wording of another version. */
  readonly reasons: readonly string[];
  /** What was stored up to this moment is delivered; of later samples some may be missing. */
  readonly deliveredUntil: number;
  /** When it was opened: what is stored later is the queue's to send, unless its own time is older. */
  readonly openedAt: number;
  /** Whether samples are certainly missing. */
  readonly certain: boolean;
}

/**
 * How far the receiver's copy is proven complete. It counts samples instead of comparing their times: all that is stored goes
 * through the queue in the order of the WAL, so what the queue never gets is the difference of two counters. Times in
 * milliseconds since 1970.
 */
export interface DeliveryWatermark {
  /** Where it started: what was stored before was never checked. */
  readonly since: number;
  /** The watermark: everything stored up to this moment, whatever its own time, is acknowledged or in a window. */
  readonly until: number;
  /** Undefined when the last reading is one of another version. */
  readonly last: Reading | undefined;
  /** So much of the gap is accounted for: it is older than the queue, in a window, or copied. Undefined until it is known. */
  readonly explained: number | undefined;
  /** The gap at the first look at a queue, as long as it works without a pause: it is in the window that was opened then. */
  readonly first: number | undefined;
  /** Late samples that are copied already, and not yet in the gap at the last suspicion. */
  readonly credit: number;
  /** The latest looks in a row at a free reader. */
  readonly looks: readonly Reading[];
  /** The latest looks in a row, as a number, at which more was sent than stored. */
  readonly inExcess: number;
  /** A look at which nothing was missing from the queue: once it has sent on as far, all that was stored is delivered. */
  readonly complete: Reading | undefined;
  /** What happened since `until` that may have lost samples. */
  readonly doubts: readonly string[];
  /** When the latest window for such a doubt was opened. */
  readonly windowAt: number | undefined;
  /** A look at which the gap had not closed for a while, and its smallest size in that time. */
  readonly suspicion: { readonly seen: Reading; readonly gap: number } | undefined;
}

/**
 * So many looks in a row at the same gap, with a reader that works, are no accident; nor at more sent than stored. On a busy machine
 * Prometheus takes so long over a page that its first number is older than its last by thousands of samples.
 */
export const looksToBeSure = 5;
/** While samples of a series are rejected or dropped again and again, a window is opened so often: each repeats its margin. */
const windowEveryMs = 60_000;
/** A request that takes longer is retried (`remote_timeout`). */
const requestMs = 30_000;

interface Advanced {
  readonly watermark: DeliveryWatermark;
  readonly window?: Window;
}

/** @see {advance} */
interface Step extends Advanced {
  /** By how much the clock was set back, as a negative number of milliseconds: other moments have to follow. */
  readonly clockStep: number;
}

/**
 * Advances the watermark by one reading. Returns a window to backfill when the queue has ended, which always skips what it
 * had not sent, and when the queue has sent on after samples were rejected or a write to the WAL failed. A gap becomes a
 * suspicion first; see `withLateChecked`.
 * @param marginMs the samples of any series that is not known as late are stored within this time
 */
export function advance(before: DeliveryWatermark | undefined, now: Reading, marginMs: number): Step {
  const clockStep = before?.last === undefined ? 0 : setBack(before.last, now);
  return { ...moved(before && withClockStep(before, clockStep), now, marginMs), clockStep };
}

function moved(before: DeliveryWatermark | undefined, now: Reading, marginMs: number): Advanced {
  if (before === undefined) return { watermark: begunAt(now) };
  const { last } = before;
  if (last === undefined || isOtherQueue(last, now)) return ended(before, now, marginMs);
  const inExcess = isInExcess(now, before.explained) ? before.inExcess + 1 : 0;
  const news = doubtsIn(last, now, inExcess);
  const isRecounted = news.some((reason) => reason !== "samples were rejected or dropped");
  const counted = accounted(isRecounted ? recounted(before) : before, last, now);
  const doubts = [...new Set([...counted.doubts, ...news])];
  // A queue that was replaced before it had sent more than the next one looks the same.
  const isSameQueue = now.loadedAt === last.loadedAt;
  const known = isRecounted || !isSameQueue ? undefined : counted.complete;
  const completeNow = gapOf(now) === counted.explained ? now : undefined;
  const complete = now.pending === 0 ? (completeNow ?? known) : (stillWaits(known, now) ?? completeNow);
  const seen: DeliveryWatermark = { ...counted, last: now, inExcess: isRecounted ? 0 : inExcess, doubts, complete };
  if (complete === undefined || isRecounted || inExcess > 0 || !isAcknowledged(complete, now))
    return { watermark: seen };
  const isEarly = doubts.length > 0 && now.at - (before.windowAt ?? 0) < windowEveryMs;
  if (isEarly) return { watermark: { ...seen, complete: completeNow ?? complete } };
  const watermark: DeliveryWatermark = {
    ...seen,
    until: Math.max(seen.until, complete.at),
    complete: undefined,
    doubts: [],
    suspicion: undefined,
  };
  if (doubts.length === 0) return { watermark };
  return { watermark: { ...watermark, windowAt: now.at }, window: windowOf(seen, now, marginMs, doubts) };
}

function begunAt(now: Reading): DeliveryWatermark {
  const nothing = { complete: undefined, doubts: [], suspicion: undefined };
  return {
    since: now.at,
    until: now.at,
    last: now,
    explained: undefined,
    first: undefined,
    credit: 0,
    looks: [],
    inExcess: 0,
    windowAt: undefined,
    ...nothing,
  };
}

/** A new process counts from 0; a new queue of the same process has skipped what was stored before. */
function ended(before: DeliveryWatermark, now: Reading, marginMs: number): Advanced {
  const { last } = before;
  const isSame = last !== undefined && last.started === now.started;
  const reason: Reason =
    last === undefined ? "the repairer was updated" : isSame ? "the queue was replaced" : "Prometheus was restarted";
  const explained = last === undefined ? undefined : isSame ? last.stored : 0;
  const watermark = { ...begunAt(now), since: before.since, explained, first: gapOf(now) };
  return { watermark, window: windowOf(before, now, marginMs, [...before.doubts, reason]) };
}

const isOtherQueue = (last: Reading, now: Reading) => now.started !== last.started || now.attempts < last.attempts;

/** After a doubt about the counts themselves they are compared anew; the window covers what was before. */
const recounted = (before: DeliveryWatermark): DeliveryWatermark => ({
  ...before,
  explained: undefined,
  credit: 0,
  looks: [],
});

/** What the gap tells: whether it is explained, whether it stays. */
function accounted(before: DeliveryWatermark, last: Reading, now: Reading): DeliveryWatermark {
  const { explained, doubts } = before;
  const free = isFree(last, now);
  const looks = free ? [...before.looks, now].slice(-looksToBeSure) : [];
  const seen = { ...before, looks, first: free ? before.first : undefined };
  if (!isSettled(looks)) return seen;
  const typical = median(looks);
  const gap = gapOf(typical);
  // Only now is it known what the queue had left out before, and only from here on is every sample accounted for.
  if (explained === undefined) {
    const start = doubts.length === 0 ? { since: now.at, until: now.at } : {};
    return { ...seen, ...start, explained: gap };
  }
  if (gap === before.first) return { ...seen, explained: gap, first: undefined };
  if (looks.some((one) => gapOf(one) <= explained)) return seen;
  // A reader that catches up is free as well, but its gap closes.
  const closes = gapOf(now) < gapOf(looks[0] ?? now) - 2 * now.batch * now.shards;
  return closes ? seen : { ...seen, suspicion: { seen: typical, gap } };
}

/** The look with the median gap: one look may have a batch in a request, another may come before the reader. */
function median(looks: Settled): Reading {
  const sorted = looks.toSorted((one, other) => gapOf(one) - gapOf(other));
  return sorted[sorted.length >> 1] ?? looks[0];
}

/** A free reader reads all that there is within a fraction of a second. */
function isFree(last: Reading, now: Reading): boolean {
  const hasRoom = now.pending < (now.capacity * now.shards) / 2;
  // After a queue that was full the reader sleeps for up to `max_backoff`, while the queue may be empty already.
  const reads = enqueued(now) > enqueued(last) || now.stored === last.stored;
  return hasRoom && reads;
}

type Settled = readonly [Reading, ...Reading[]];

function isSettled(looks: readonly Reading[]): looks is Settled {
  const [first, last] = [looks[0], looks.at(-1)];
  return looks.length >= looksToBeSure && first !== undefined && last !== undefined && enqueued(last) > enqueued(first);
}

/** A sample whose write to the WAL failed may be read, and sent, all the same. */
const isInExcess = (now: Reading, explained: number | undefined): boolean =>
  explained !== undefined && gapOf(now) + inRequests(now) < explained;

function doubtsIn(last: Reading, now: Reading, inExcess: number): Reason[] {
  const seen: [boolean, Reason][] = [
    [now.dropped > last.dropped, "samples were rejected or dropped"],
    [now.failedWrites > last.failedWrites, "a write to the WAL failed"],
    [inExcess >= looksToBeSure, "more was sent than stored"],
  ];
  return seen.flatMap(([is, reason]) => (is ? [reason] : []));
}

/** With several shards a retry begins the wait anew; and with one it is short. */
const stillWaits = (complete: Reading | undefined, now: Reading) =>
  complete && (isInOrder(complete, now) || (now.shards > 1 && complete.retried === now.retried)) ? complete : undefined;

const isInOrder = (then: Reading, now: Reading) => then.shards === 1 && now.shards === 1;

/**
 * Whether everything in the queue at `then` is acknowledged: the queue is empty; or its only shard has since finished as many;
 * or it has worked without a retry for longer than a full shard takes when every batch takes as long as a request may.
 */
function isAcknowledged(then: Reading, now: Reading): boolean {
  // A queue that was replaced before its first request is empty as well, and has sent less.
  if (now.pending === 0) return begun(now) >= enqueued(then);
  if (isInOrder(then, now)) return begun(now) - inRequests(now) >= enqueued(then);
  // The pending batches, the one in flight, and the one that is not full yet.
  const batches = Math.ceil(now.capacity / now.batch) + 2;
  return now.uptime - then.uptime > batches * requestMs;
}

function windowOf(before: DeliveryWatermark, now: Reading, marginMs: number, reasons: readonly string[]): Window {
  const { until, last } = before;
  const doubtful: readonly string[] = [
    "a write to the WAL failed",
    "more was sent than stored",
    "the repairer was updated",
  ] satisfies Reason[];
  return {
    from: Math.min(until, now.at) - marginMs,
    // A sample that was stored before may have a time of the future; and the clock may have been set back.
    to: Math.max(now.at, now.newest, last?.newest ?? 0, last?.at ?? 0),
    reasons: [...new Set(reasons)],
    deliveredUntil: until,
    openedAt: now.at,
    certain: reasons.some((reason) => !doubtful.includes(reason)),
  };
}

/** A search for samples that were stored late: when it began, and what it found since the one before. */
export interface LateCheck {
  readonly at: number;
  readonly series: number;
  readonly samples: number;
}

/** Scrapes at the moment of a search may be counted on either side of it. */
const uncertainPerSeries = 2;

/**
 * After a search for late samples. A queue leaves out what is stored after its start with a time before it: those samples
 * explain a gap. A gap that they do not explain becomes a window.
 */
export function withLateChecked(before: DeliveryWatermark, check: LateCheck, marginMs: number): Advanced {
  const { suspicion, last, explained } = before;
  const credit = before.credit + check.samples;
  if (suspicion === undefined || last === undefined || explained === undefined || suspicion.seen.at > check.at)
    return { watermark: { ...before, credit } };
  const { seen, gap } = suspicion;
  const rest = { ...before, explained: gap, suspicion: undefined, looks: [] as readonly Reading[] };
  const unexplained = gap - explained - credit;
  if (check.samples > 0 && unexplained <= uncertainPerSeries * check.series) {
    // All that was stored by then is in the queue, or copied.
    return { watermark: { ...rest, complete: seen, credit: Math.max(0, -unexplained) } };
  }
  const until = Math.max(before.until, seen.at);
  const reasons = [...before.doubts, "the queue left samples out" satisfies Reason];
  return {
    watermark: { ...rest, until, complete: undefined, doubts: [], credit: 0 },
    window: windowOf(before, last, marginMs, reasons),
  };
}
