import assert from "node:assert/strict";
import { FormerlyLate, labelsOf, lateQuery } from "@metrics-link/host/repair/candidates.ts";
import {
  foundOf,
  type LateWatch,
  lateSpan,
  lateUntil,
  marginMsOf,
  watched,
  withChecked,
} from "@metrics-link/host/repair/late.ts";
import { seriesName } from "@metrics-link/host/repair/refused.ts";

const now = 1_700_000_000_000;
const window = { deliveredUntil: now - 60_000, to: now, openedAt: now };
const minute = 60_000;
const marginMs = 27_000;

describe("repair: late series", () => {
  it("are searched from the hour before the watermark to the end of the window: an older sample is not stored any more", () => {
    assert.deepEqual(lateSpan(watched(undefined, window, now)), { from: now - 61 * minute, to: now });
  });

  it("hold the watermark back until the first search, and then until the last one", () => {
    const watch = watched(undefined, window, now + 5000);
    assert.equal(lateUntil(watch), now - minute);
    const { watch: after } = withChecked(
      watch,
      now + 5000,
      [foundOf(watch, { at: now + 5000, marginMs }, "a", [now - minute])],
      marginMs,
    );
    assert.ok(after);
    assert.equal(lateUntil(after), now + 5000);
    assert.equal(after.dueAt, now + 5000 + marginMs);
    // Another window begins anew, from where the last search had come.
    const again = watched(after, { ...window, deliveredUntil: now + 9000, openedAt: now + 10_000 }, now + 10_000);
    assert.deepEqual([lateUntil(again), again.copied], [now + 5000, { a: now - minute }]);
  });

  it("are watched as long as they move on within the window; a series that stands still has ended", () => {
    const search = (watch: LateWatch | undefined, at: number, series: Readonly<Record<string, number[]>>) => {
      assert.ok(watch);
      const found = Object.entries(series).map(([key, times]) => foundOf(watch, { at, marginMs: 0 }, key, times));
      return withChecked(watch, at, found, marginMs);
    };
    const first = search(watched(undefined, window, now), now, { a: [now - 3], b: [now - 9] });
    const second = search(first.watch, now + 1000, { a: [now - 3, now - 2, now - 1], b: [now - 9] });
    assert.deepEqual(second.check, { at: now + 1000, series: 1, samples: 2 });
    const third = search(second.watch, now + 2000, { a: [now - 3, now - 2, now - 1] });
    assert.deepEqual([third.watch, third.check.series], [undefined, 0]);
    assert.equal(withChecked(watched(undefined, window, now), now, [], marginMs).watch, undefined);
  });

  it("have no sample for half a minute at least, for an interval and a timeout, and for five minutes more at most", () => {
    const margin = (intervalSeconds: number, lateSeconds: number) =>
      marginMsOf({ intervalSeconds, lateSeconds }, { ruleDuration: 10, ruleInterval: 1000 }) / 1000;
    assert.deepEqual([margin(1, 3), margin(60, 12), margin(86_400, 12)], [30, 72, 312]);
    assert.equal(marginMsOf({ intervalSeconds: 15, lateSeconds: 17 }, undefined), 32_000);
    assert.equal(
      marginMsOf({ intervalSeconds: 1, lateSeconds: 3 }, { ruleDuration: 58_000, ruleInterval: 60_000 }),
      120_000,
    );
  });

  it("are told by name only once they have moved on: one that a kill ended has no marker either", () => {
    const first = watched(undefined, window, now);
    assert.equal(foundOf(first, { at: now, marginMs: 0 }, "a", [now - minute]).isLate, false);
    const { watch } = withChecked(
      first,
      now,
      [foundOf(first, { at: now, marginMs: 0 }, "a", [now - minute])],
      marginMs,
    );
    assert.ok(watch);
    assert.equal(foundOf(watch, { at: now + 1000, marginMs: 0 }, "a", [now - minute]).isLate, false);
    assert.equal(foundOf(watch, { at: now + 1000, marginMs: 0 }, "a", [now - minute, now - 5]).isLate, true);
  });

  it("explain a gap only while they are late: one that tells the present again came through the queue", () => {
    const first = watched(undefined, window, now);
    const { watch } = withChecked(first, now, [foundOf(first, { at: now, marginMs }, "a", [now - minute])], marginMs);
    assert.ok(watch);
    const times = [now - minute, now - minute + 5, now + 900];
    const again = foundOf(watch, { at: now + 1000, marginMs }, "a", times);
    assert.deepEqual([again.isLate, again.fresh], [false, 0]);
  });

  it("are remembered for an hour after they were late: a restart may come when they no longer are", () => {
    const [a, b] = ["a", "b"].map((value) => [{ name: "__name__", value }]);
    assert.ok(a && b);
    const formerly = new FormerlyLate();
    formerly.note({ series: [a, b], beyond: 0 }, now);
    assert.deepEqual(formerly.series, []);
    formerly.note({ series: [b], beyond: 0 }, now + minute);
    assert.deepEqual(formerly.series, [a]);
    formerly.note({ series: [b], beyond: 0 }, now + 60 * minute);
    assert.deepEqual(formerly.series, [a]);
    formerly.note({ series: [b], beyond: 0 }, now + 62 * minute);
    assert.deepEqual(formerly.series, []);
  });

  it("are searched by PromQL that keeps the name of a metric", () => {
    const query = lateQuery(marginMs, "__x__");
    assert.match(query, /\[3627000ms\].* unless .*\[27000ms\]/);
    const labels = labelsOf({ __x__: "late", job: "a" }, "__x__");
    assert.equal(seriesName(labels), 'late{job="a"}');
    assert.ok(seriesName(labelsOf({ __x__: "late", big: "x".repeat(3000) }, "__x__")).length < 210);
  });
});
