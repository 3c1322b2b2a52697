import assert from "node:assert/strict";
import {
  foundOf,
  type LateWatch,
  labelsOf,
  lateQuery,
  lateSpan,
  lateUntil,
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
      [foundOf(watch, now + 5000, "a", [now - minute])],
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
      const found = Object.entries(series).map(([key, times]) => foundOf(watch, at, key, times));
      return withChecked(watch, at, found, marginMs);
    };
    const first = search(watched(undefined, window, now), now, { a: [now - 3], b: [now - 9] });
    const second = search(first.watch, now + 1000, { a: [now - 3, now - 2, now - 1], b: [now - 9] });
    assert.deepEqual(second.check, { at: now + 1000, series: 1, samples: 2 });
    const third = search(second.watch, now + 2000, { a: [now - 3, now - 2, now - 1] });
    assert.deepEqual([third.watch, third.check.series], [undefined, 0]);
    assert.equal(withChecked(watched(undefined, window, now), now, [], marginMs).watch, undefined);
  });

  it("are told by name only once they have moved on: one that a kill ended has no marker either", () => {
    const first = watched(undefined, window, now);
    assert.equal(foundOf(first, now, "a", [now - minute]).isLate, false);
    const { watch } = withChecked(first, now, [foundOf(first, now, "a", [now - minute])], marginMs);
    assert.ok(watch);
    assert.equal(foundOf(watch, now + 1000, "a", [now - minute]).isLate, false);
    assert.equal(foundOf(watch, now + 1000, "a", [now - minute, now - 5]).isLate, true);
  });

  it("are searched by PromQL that keeps the name of a metric", () => {
    const query = lateQuery(marginMs);
    assert.match(query, /\[3627000ms\].* unless .*\[27000ms\]/);
    const labels = labelsOf({ __metrics_link_name__: "late", job: "a" });
    assert.equal(seriesName(labels), 'late{job="a"}');
    assert.ok(seriesName(labelsOf({ __metrics_link_name__: "late", big: "x".repeat(3000) })).length < 210);
  });
});
