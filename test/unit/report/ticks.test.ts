import assert from "node:assert/strict";
import { clock, clockTicks, ticks } from "@metrics-link/report/chart/ticks.ts";
import fc from "fast-check";

const size = fc.double({ min: -1e12, max: 1e12, noNaN: true }).map((value) => (Math.abs(value) < 1e-6 ? 0 : value));

describe("ticks of values", () => {
  it("are round", () => {
    assert.deepEqual(ticks(0, 3.7), [0, 1, 2, 3, 4]);
    assert.deepEqual(ticks(0, 0.83), [0, 0.5, 1]);
    assert.deepEqual(ticks(0, 2013), [0, 1000, 2000, 3000]);
    assert.deepEqual(ticks(12, 14, 4, 1), [12, 13, 14]);
    assert.deepEqual(ticks(0, 1, 4, 1), [0, 1]);
  });

  it("enclose the span with a few equal steps", () => {
    fc.assert(
      fc.property(size, size, (one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const found = ticks(low, high);
        const [first = Number.NaN, second = Number.NaN] = found;
        const step = second - first;
        const near = step * 1e-3;
        assert.ok(step > 0 && found.length <= 5, `${found}`);
        assert.ok(first <= low + near && (found.at(-1) ?? Number.NaN) >= high - near, `${found}`);
        for (const [index, value] of found.entries())
          assert.ok(Math.abs(value - first - index * step) <= near, `${found}`);
      }),
    );
  });
});

describe("ticks of the clock", () => {
  const noon = Date.UTC(2026, 10, 26, 12) / 1000;

  it("are full minutes of half an hour, in UTC", () => {
    assert.deepEqual(
      clockTicks(noon + 65, noon + 65 + 1800).map(({ text }) => text),
      ["12:10", "12:20", "12:30"],
    );
  });

  it("are days of a week", () => {
    assert.deepEqual(
      clockTicks(noon, noon + 7 * 86_400).map(({ text }) => text),
      ["11-27", "11-29", "12-01", "12-03"],
    );
  });

  it("are few and within the span", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 * 86_400 }), fc.integer({ min: 0, max: 4e9 }), (length, from) => {
        const found = clockTicks(from, from + length);
        assert.ok(found.length <= 6);
        assert.ok(found.every(({ at }) => at >= from && at <= from + length));
      }),
    );
  });

  it("shows seconds on request", () => {
    assert.equal(clock(noon + 61), "12:01:01");
    assert.equal(clock(noon + 61, false), "12:01");
  });
});
