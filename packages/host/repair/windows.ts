import type { Span } from "./messages.ts";
import { nothing, sumOf, type Tally } from "./transfer.ts";
import type { Window } from "./watermark.ts";

/** A window to backfill, and the progress. */
export interface PendingWindow extends Window {
  /** Everything up to here is backfilled; `from - 1` at first. Milliseconds since 1970. */
  readonly done: number;
  /** Whether a span was read: what is stored later is not in it. */
  readonly begun: boolean;
  readonly tally: Tally;
}

/** A longer read would block compaction in Prometheus, and a smaller window waits for the end of a span. */
const longestSpanMs = 30_000;
const shortestSpanMs = 5_000;
const leastSpans = 10;

const asPending = (window: Window): PendingWindow => ({
  ...window,
  done: window.from - 1,
  begun: false,
  tally: nothing,
});

/** Adds a window. One that overlaps one that has not begun yet extends that one. */
export function withWindow(pending: readonly PendingWindow[], window: Window): readonly PendingWindow[] {
  const { from, to, certain, reasons, openedAt, deliveredUntil } = window;
  const isJoined = (one: PendingWindow) => !one.begun && one.certain === certain && from <= one.to && to >= one.from;
  const found = pending.find(isJoined);
  if (found === undefined) return [...pending, asPending(window)];
  const joined = asPending({
    from: Math.min(found.from, from),
    to: Math.max(found.to, to),
    reasons: [...new Set([...found.reasons, ...reasons])],
    deliveredUntil: Math.min(found.deliveredUntil, deliveredUntil),
    openedAt,
    certain,
  });
  return pending.map((one) => (one === found ? joined : one));
}

/** When the clock was set back, by a negative number of milliseconds: samples keep their times. */
export const withClockStep = (pending: readonly PendingWindow[], step: number): readonly PendingWindow[] =>
  pending.map((window) => ({
    ...window,
    deliveredUntil: window.deliveredUntil + step,
    openedAt: window.openedAt + step,
  }));

const left = ({ to, done }: PendingWindow) => to - done;

/**
 * In which order windows are backfilled: what is certainly missing before what is only doubted, what is soon done before what
 * takes long, and of equal ones the newest.
 */
const byUrgency = (one: PendingWindow, other: PendingWindow) =>
  Number(other.certain) - Number(one.certain) || left(one) - left(other) || other.openedAt - one.openedAt;

/**
 * The next span of the most urgent window whose samples are stored by now; undefined when there is none.
 * @param marginMs how long after its own time a sample may be stored
 */
export function nextSpan(
  pending: readonly PendingWindow[],
  now: number,
  marginMs: number,
): { readonly window: PendingWindow; readonly span: Span } | undefined {
  for (const window of pending.toSorted(byUrgency)) {
    const { from, to, done, openedAt } = window;
    const length = Math.min(Math.max((to - from) / leastSpans, shortestSpanMs), longestSpanMs);
    const end = Math.min(done + Math.ceil(length), to);
    // A window may end in the future, by a sample's own time; but it has nothing that was not stored when it was opened.
    if (Math.min(end, openedAt) <= now - marginMs) return { window, span: { from: done + 1, to: end } };
  }
  return undefined;
}

/** Before a span is read. @returns the windows, and the one whose span it is */
export function withBegun(pending: readonly PendingWindow[], window: PendingWindow) {
  const begun = { ...window, begun: true };
  return { pending: pending.map((one) => (one === window ? begun : one)), window: begun };
}

/** After a span of a window. @returns the windows still pending, and the window if it is complete */
export function withSpanDone(
  pending: readonly PendingWindow[],
  { window, span, tally }: { readonly window: PendingWindow; readonly span: Span; readonly tally: Tally },
): { readonly pending: readonly PendingWindow[]; readonly complete?: PendingWindow } {
  const next = { ...window, done: span.to, tally: sumOf(window.tally, tally) };
  if (next.done < next.to) return { pending: pending.map((one) => (one === window ? next : one)) };
  return { pending: pending.filter((one) => one !== window), complete: next };
}
