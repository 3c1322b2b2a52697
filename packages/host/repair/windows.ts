import { nothing, sumOf, type Tally } from "./transfer.ts";
import type { Window } from "./watermark.ts";

/** A window to backfill, and the progress. */
export interface PendingWindow extends Window {
  readonly openedAt: number;
  /** Everything up to here is backfilled; `from - 1` at first. Milliseconds since 1970. */
  readonly done: number;
  readonly tally: Tally;
}

/** A part of a window, both ends inclusive: read in one request, and again after a kill. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A longer read would block compaction in Prometheus. */
const longestSpanMs = 60_000;
const shortestSpanMs = 5_000;
const leastSpans = 10;

/** Adds a window to the pending ones, oldest first. One that touches the last one extends it. */
export function withWindow(pending: readonly PendingWindow[], { from, to, reasons }: Window): readonly PendingWindow[] {
  const last = pending.at(-1);
  if (last === undefined || from > last.to) {
    return [...pending, { from, to, reasons, openedAt: to, done: from - 1, tally: nothing }];
  }
  const joined = { ...last, to: Math.max(last.to, to), reasons: [...new Set([...last.reasons, ...reasons])] };
  return [...pending.slice(0, -1), joined];
}

/**
 * The oldest span that is not backfilled yet; undefined when there is none.
 * @param lateMs samples younger than this may not be stored yet
 */
export function nextSpan(pending: readonly PendingWindow[], now: number, lateMs: number): Span | undefined {
  const [oldest] = pending;
  if (oldest === undefined) return undefined;
  const { from, to, done } = oldest;
  const length = Math.min(Math.max((to - from) / leastSpans, shortestSpanMs), longestSpanMs);
  const end = Math.min(done + Math.ceil(length), to);
  return end <= now - lateMs ? { from: done + 1, to: end } : undefined;
}

/** After a span of the oldest window. @returns the windows still pending, and the window if it is complete */
export function withSpanDone(
  pending: readonly PendingWindow[],
  span: Span,
  tally: Tally,
): { readonly pending: readonly PendingWindow[]; readonly complete?: PendingWindow } {
  const [oldest, ...others] = pending;
  if (oldest === undefined) return { pending };
  const next = { ...oldest, done: span.to, tally: sumOf(oldest.tally, tally) };
  return next.done < next.to ? { pending: [next, ...others] } : { pending: others, complete: next };
}
