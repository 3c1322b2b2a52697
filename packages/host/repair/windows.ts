import { nothing, sumOf, type Tally } from "./transfer.ts";
import type { Window } from "./vouching.ts";

/** A window that is to be repaired, and how far that has come. */
export interface PendingWindow extends Window {
  readonly openedAt: number;
  /** All up to here is written again; one before `from` in the beginning. Milliseconds since 1970. */
  readonly done: number;
  readonly tally: Tally;
}

/** A span of a window, both ends inclusive: what is read at once and, after a kill, again. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A reader that is open for longer keeps Prometheus from compacting. */
const longestSpanMs = 60_000;
const shortestSpanMs = 5_000;
const leastSpans = 10;

/** Adds a window to those that wait, oldest first. One that touches the last one makes that one longer. */
export function withWindow(pending: readonly PendingWindow[], { from, to, reasons }: Window): readonly PendingWindow[] {
  const last = pending.at(-1);
  if (last === undefined || from > last.to) {
    return [...pending, { from, to, reasons, openedAt: to, done: from - 1, tally: nothing }];
  }
  const joined = { ...last, to: Math.max(last.to, to), reasons: [...new Set([...last.reasons, ...reasons])] };
  return [...pending.slice(0, -1), joined];
}

/**
 * The oldest span that is not repaired yet; undefined when there is none.
 * @param lateMs what is younger than this may not be stored yet
 */
export function nextSpan(pending: readonly PendingWindow[], now: number, lateMs: number): Span | undefined {
  const [oldest] = pending;
  if (oldest === undefined) return undefined;
  const { from, to, done } = oldest;
  const length = Math.min(Math.max((to - from) / leastSpans, shortestSpanMs), longestSpanMs);
  const end = Math.min(done + Math.ceil(length), to);
  return end <= now - lateMs ? { from: done + 1, to: end } : undefined;
}

/** After a span of the oldest window. @returns what waits now, and the window if it is whole */
export function withSpanDone(
  pending: readonly PendingWindow[],
  span: Span,
  tally: Tally,
): { readonly pending: readonly PendingWindow[]; readonly whole?: PendingWindow } {
  const [oldest, ...others] = pending;
  if (oldest === undefined) return { pending };
  const next = { ...oldest, done: span.to, tally: sumOf(oldest.tally, tally) };
  return next.done < next.to ? { pending: [next, ...others] } : { pending: others, whole: next };
}
