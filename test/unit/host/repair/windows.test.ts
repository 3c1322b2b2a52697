import assert from "node:assert/strict";
import type { Span } from "@metrics-link/host/repair/messages.ts";
import { nothing } from "@metrics-link/host/repair/transfer.ts";
import type { Reason, Window } from "@metrics-link/host/repair/watermark.ts";
import {
  nextSpan,
  type PendingWindow,
  withBegun,
  withSpanDone,
  withWindow,
} from "@metrics-link/host/repair/windows.ts";
import fc from "fast-check";

const restart: Reason = "Prometheus was restarted";
const refused: Reason = "samples were rejected or dropped";
const always = Number.POSITIVE_INFINITY;

const window = (from: number, to: number, other: Partial<Window> = {}): Window => ({
  from,
  to,
  reasons: [restart],
  deliveredUntil: from,
  openedAt: to,
  certain: true,
  ...other,
});

interface Part {
  readonly of: Span;
  readonly span: Span;
}

/** Backfills everything. @returns the spans in order, and the completed windows */
function repairedAll(pending: readonly PendingWindow[]): { parts: Part[]; whole: PendingWindow[] } {
  const [parts, whole]: [Part[], PendingWindow[]] = [[], []];
  for (let left = pending; ; ) {
    const next = nextSpan(left, always, 0);
    if (next === undefined) return { parts, whole };
    parts.push({ of: { from: next.window.from, to: next.window.to }, span: next.span });
    const begun = withBegun(left, next.window);
    const tally = { series: 3, samples: 10, skipped: { "too old": 1 } };
    const after = withSpanDone(begun.pending, { window: begun.window, span: next.span, tally });
    left = after.pending;
    if (after.complete) whole.push(after.complete);
  }
}

describe("repair: pending windows", () => {
  const some = fc
    .array(fc.tuple(fc.nat(400_000), fc.nat(3_600_000), fc.boolean()), { minLength: 1, maxLength: 6 })
    .map((parts) => {
      let at = 0;
      return parts.map(([gap, length, certain]): Window => {
        const from = at + gap;
        at = from + length;
        return window(from, at, { certain });
      });
    });

  it("are covered by spans without a gap or an overlap, none longer than half a minute", () => {
    fc.assert(
      fc.property(some, (all) => {
        const pending = all.reduce<readonly PendingWindow[]>(withWindow, []);
        const { parts, whole } = repairedAll(pending);
        for (const { from, to } of pending) {
          let done = from - 1;
          for (const { of, span } of parts) {
            if (of.from !== from || of.to !== to) continue;
            assert.ok(span.from === done + 1 && span.to >= span.from && span.to - span.from <= 30_000);
            done = span.to;
          }
          assert.equal(done, to);
        }
        for (const { from, to } of all) assert.ok(pending.some((one) => one.from <= from && to <= one.to));
        assert.equal(whole.length, pending.length);
      }),
    );
  });

  it("are backfilled by urgency: certain before doubtful, then small before large, then the newest first", () => {
    fc.assert(
      fc.property(some, (all) => {
        const { whole } = repairedAll(all.reduce<readonly PendingWindow[]>(withWindow, []));
        for (const [index, one] of whole.entries()) {
          const other = whole[index + 1];
          if (other === undefined) continue;
          const size = ({ from, to }: Span) => to - from;
          assert.ok(one.certain || !other.certain);
          if (one.certain !== other.certain) continue;
          assert.ok(size(one) <= size(other));
          if (size(one) === size(other)) assert.ok(one.openedAt >= other.openedAt);
        }
      }),
    );
    // One of 24 s that opens while one of 636 s is being backfilled does not wait for it.
    const large = withWindow([], window(0, 636_000, { certain: false }));
    const first = nextSpan(large, always, 0);
    assert.ok(first);
    const begun = withBegun(large, first.window);
    const half = withSpanDone(begun.pending, { window: begun.window, span: first.span, tally: nothing }).pending;
    const both = withWindow(half, window(900_000, 924_000));
    assert.equal(nextSpan(both, always, 0)?.window.from, 900_000);
    // And what has less left is done before what has more.
    const nearlyDone = half.map((one) => ({ ...one, certain: true, done: one.to - 10_000 }));
    assert.equal(nextSpan(withWindow(nearlyDone, window(900_000, 924_000)), always, 0)?.window.from, 0);
  });

  it("merge when they overlap and the first has not begun: what is stored later is not in a span that was read", () => {
    const one = withWindow([], window(1000, 50_000));
    const [joined, ...others] = withWindow(one, window(49_000, 90_000, { reasons: [refused, restart] }));
    assert.deepEqual(others, []);
    assert.deepEqual(
      [joined?.from, joined?.to, joined?.deliveredUntil, joined?.openedAt],
      [1000, 90_000, 1000, 90_000],
    );
    assert.deepEqual(joined?.reasons, [restart, refused]);
    const next = nextSpan(one, always, 0);
    assert.ok(next);
    const { pending } = withBegun(one, next.window);
    assert.equal(withWindow(pending, window(49_000, 90_000)).length, 2);
    assert.equal(withWindow(one, window(50_001, 60_000)).length, 2);
    assert.equal(withWindow(one, window(49_000, 60_000, { certain: false })).length, 2);
  });

  it("wait while one of their samples may not be stored yet, but not for samples from the future", () => {
    const pending = withWindow([], window(0, 6000));
    assert.equal(nextSpan(pending, 6998, 2000), undefined);
    assert.deepEqual(nextSpan(pending, 6999, 2000)?.span, { from: 0, to: 4999 });
    const ahead = withWindow([], window(0, 540_000, { openedAt: 6000 }));
    assert.equal(nextSpan(ahead, 7999, 2000), undefined);
    assert.ok(nextSpan(ahead, 8000, 2000));
  });

  it("add up the results of their spans", () => {
    const { parts, whole } = repairedAll(withWindow([], window(0, 100_000)));
    const count = parts.length;
    assert.deepEqual(whole[0]?.tally, { series: 3, samples: count * 10, skipped: { "too old": count } });
  });
});
