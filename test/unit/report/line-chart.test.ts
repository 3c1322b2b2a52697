import assert from "node:assert/strict";
import { lineChart } from "@metrics-link/report/chart/line-chart.ts";
import { type Point, runsOf, type Series } from "@metrics-link/report/chart/series.ts";
import fc from "fast-check";

const span = { from: 1_000_000_000, until: 1_000_000_600, step: 10 };
const point = (index: number, value: number): Point => [span.from + index * span.step, value];
/** A point at each step that is named. */
const series = (name: string, ...indices: number[]): Series => ({
  name,
  points: indices.map((index) => point(index, index)),
});
const chart = (...all: Series[]) => lineChart({ title: "Behind", unit: "s", span, series: all }).text;
const linesOf = (svg: string) => [...svg.matchAll(/<path class="line\d" d="([^"]*)"/g)].map(([, d]) => d ?? "");

describe("continuous segments", () => {
  it("contain every finite value once, and no gap of more than a step", () => {
    const values = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), values)), (gaps) => {
        let index = 0;
        const points = gaps.map(([gap, value]) => {
          index += gap;
          return point(index, value);
        });
        const runs = runsOf(points, span.step);
        assert.deepEqual(
          runs.flat(),
          points.filter(([, value]) => Number.isFinite(value)),
        );
        for (const run of runs) {
          assert.ok(run.every(([at], place) => place === 0 || at - (run[place - 1]?.[0] ?? 0) === span.step));
        }
      }),
    );
  });
});

describe("a line chart", () => {
  it("leaves a gap where a step is missing, and draws a single point", () => {
    const [line = ""] = linesOf(chart(series("a", 0, 1, 2, 4, 6, 7)));
    assert.equal(line.match(/M/g)?.length, 3);
    assert.match(line, /M[\d.]+ [\d.]+h0M/);
  });

  it("has time on one axis and the value on the other, from zero", () => {
    assert.deepEqual(linesOf(chart(series("a", 0, 1, 60))), ["M56 138L60.8 135.8M344 8h0"]);
  });

  it("starts at the lowest value for whole numbers that are large and close together", () => {
    const { text } = lineChart({
      title: "Segments",
      unit: "short",
      span,
      series: [{ name: "newest", points: [point(59, 5012), point(60, 5014)] }],
    });
    assert.deepEqual(
      [...text.matchAll(/text-anchor="end">([^<]*)/g)].map(([, mark]) => mark),
      ["5012", "5013", "5014"],
    );
  });

  it("has the last values in its label for screen readers", () => {
    assert.match(chart(series("behind", 59, 60)), /role="img" aria-label="Behind: behind 60 s"/);
  });

  it("says when a line ended early", () => {
    assert.match(chart(series("behind", 0, 1)), /<b>1 s, nothing since 01:46:50<\/b>/);
  });

  it("draws the eight highest lines, and counts the others in the legend", () => {
    const all = Array.from({ length: 11 }, (_, index) => series(`number ${index}`, index, index + 1));
    const svg = chart(...all);
    assert.equal(linesOf(svg).length, 8);
    assert.ok(!svg.includes("number 2 ") && svg.includes("number 3 "));
    assert.match(svg, /3 more, none above 3 s/);
  });

  it("escapes names", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("<", ">", '"', "'", "&", "a", "/") }), (name) => {
        const bare = chart(series("", 1)).match(/[<>"]/g)?.length;
        assert.equal(chart(series(name, 1)).match(/[<>"]/g)?.length, bare);
      }),
    );
  });
});
