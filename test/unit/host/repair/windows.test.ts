import assert from "node:assert/strict";
import { nothing } from "@metrics-link/host/repair/transfer.ts";
import type { Reason, Window } from "@metrics-link/host/repair/watermark.ts";
import {
  nextSpan,
  type PendingWindow,
  type Span,
  withSpanDone,
  withWindow,
} from "@metrics-link/host/repair/windows.ts";
import fc from "fast-check";

const restart: Reason = "Prometheus was restarted";
const refused: Reason = "samples were rejected or dropped";
const always = Number.POSITIVE_INFINITY;

/** Backfills everything. @returns the spans in order, and the completed windows */
function repairedAll(pending: readonly PendingWindow[]): { spans: Span[]; whole: PendingWindow[] } {
  const [spans, whole]: [Span[], PendingWindow[]] = [[], []];
  for (let left = pending; ; ) {
    const span = nextSpan(left, always, 0);
    if (span === undefined) return { spans, whole };
    spans.push(span);
    const after = withSpanDone(left, span, { series: 3, samples: 10, skipped: { "too old": 1 } });
    left = after.pending;
    if (after.complete) whole.push(after.complete);
  }
}

describe("repair: pending windows", () => {
  it("are covered by spans without a gap or an overlap, oldest first, none longer than a minute", () => {
    const windows = fc
      .array(fc.tuple(fc.nat(400_000), fc.nat(7_200_000)), { minLength: 1, maxLength: 6 })
      .map((parts) => {
        let at = 0;
        return parts.map(([gap, length]): Window => {
          const from = at + gap;
          at = from + length;
          return { from, to: at, reasons: [restart] };
        });
      });
    fc.assert(
      fc.property(windows, (all) => {
        const pending = all.reduce<readonly PendingWindow[]>(withWindow, []);
        const { spans, whole } = repairedAll(pending);
        let done: number | undefined;
        for (const { from, to } of spans) {
          assert.ok(to >= from && to - from <= 60_000);
          const begins = all.some((window) => window.from === from);
          assert.ok(begins || from === (done ?? 0) + 1, `${from} after ${done}`);
          assert.ok(from > (done ?? -1));
          done = to;
        }
        for (const { from, to } of all) {
          assert.ok(spans.some((span) => span.from <= from && from <= span.to));
          assert.ok(spans.some((span) => span.from <= to && to <= span.to));
        }
        assert.deepEqual(
          whole.map(({ from, to }) => [from, to]),
          pending.map(({ from, to }) => [from, to]),
        );
      }),
    );
  });

  it("merge when they touch, even while the first is being backfilled", () => {
    const one = withWindow([], { from: 1000, to: 50_000, reasons: [restart] });
    const span = nextSpan(one, always, 0);
    assert.ok(span);
    const half = withSpanDone(one, span, nothing).pending;
    const [joined, ...others] = withWindow(half, { from: 50_000, to: 90_000, reasons: [refused, restart] });
    assert.deepEqual(others, []);
    assert.deepEqual([joined?.from, joined?.to, joined?.done], [1000, 90_000, span.to]);
    assert.deepEqual(joined?.reasons, [restart, refused]);
    assert.equal(withWindow(half, { from: 50_001, to: 60_000, reasons: [refused] }).length, 2);
  });

  it("wait while one of their samples may not be stored yet", () => {
    const pending = withWindow([], { from: 0, to: 6000, reasons: [restart] });
    assert.equal(nextSpan(pending, 6998, 2000), undefined);
    assert.deepEqual(nextSpan(pending, 6999, 2000), { from: 0, to: 4999 });
  });

  it("add up the results of their spans", () => {
    const { spans, whole } = repairedAll(withWindow([], { from: 0, to: 100_000, reasons: [restart] }));
    const count = spans.length;
    assert.deepEqual(whole[0]?.tally, { series: 3, samples: count * 10, skipped: { "too old": count } });
  });
});
