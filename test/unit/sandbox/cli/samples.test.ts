import assert from "node:assert/strict";
import { compareSamples, type RawSeries } from "@metrics-link/sandbox/cli/samples.ts";
import fc from "fast-check";

const external = { account: "111111111111" };
const up: RawSeries = {
  metric: { __name__: "up", job: "node" },
  values: [
    [1000.001, "1"],
    [1001.001, "0"],
    [1002.001, "NaN"],
  ],
};
const arrived = (series: RawSeries): RawSeries => ({ ...series, metric: { ...series.metric, ...external } });
const verdict = (sent: RawSeries[], received: RawSeries[]) => {
  const { compared, missing, different, unexpected } = compareSamples(sent, received, external);
  return { compared, missing, different, unexpected };
};

describe("the comparison of raw samples", () => {
  it("finds equal samples equal, NaN among them", () => {
    assert.deepEqual(verdict([up], [arrived(up)]), { compared: 3, missing: 0, different: 0, unexpected: 0 });
  });

  it("sees a missing sample, a different value, and an unexpected sample", () => {
    const values: RawSeries["values"] = [
      [1000.001, "1"],
      [1002.001, "2"],
      [1003.001, "1"],
    ];
    assert.deepEqual(verdict([up], [arrived({ ...up, values })]), {
      compared: 3,
      missing: 1,
      different: 1,
      unexpected: 1,
    });
  });

  it("counts all samples of a missing series", () => {
    assert.deepEqual(verdict([up], []), { compared: 3, missing: 3, different: 0, unexpected: 0 });
  });

  it("treats the same value a millisecond later as a missing and an unexpected sample", () => {
    const late = { ...up, values: [[1000.002, "1"]] } as RawSeries;
    assert.deepEqual(verdict([{ ...up, values: [[1000.001, "1"]] }], [arrived(late)]), {
      compared: 1,
      missing: 1,
      different: 0,
      unexpected: 1,
    });
  });

  it("names the spans of missing and of unexpected samples", () => {
    const there = { ...up, values: [[1000.501, "1"]] } as RawSeries;
    const { missingBetween, unexpectedBetween } = compareSamples([up], [arrived(there)], external);
    assert.deepEqual(
      [missingBetween, unexpectedBetween],
      [
        [1_000_001, 1_002_001],
        [1_000_501, 1_000_501],
      ],
    );
    const equal = compareSamples([up], [arrived(up)], external);
    assert.deepEqual([equal.missingBetween, equal.unexpectedBetween], [undefined, undefined]);
  });

  it("keeps a series' own label where an external label has the same name", () => {
    const own = { ...up, metric: { ...up.metric, account: "mine" } };
    assert.equal(verdict([own], [own]).missing, 0);
  });

  it("reports every dropped sample as missing, whatever is dropped", () => {
    const series = fc.uniqueArray(fc.tuple(fc.nat(1_000_000), fc.boolean()), { selector: ([instant]) => instant });
    fc.assert(
      fc.property(series, (samples) => {
        const all = samples.map(([instant]) => [instant / 1000, "1"] as const);
        const kept = samples.flatMap(([instant, keep]) => (keep ? [[instant / 1000, "1"] as const] : []));
        const result = verdict([{ ...up, values: all }], [arrived({ ...up, values: kept })]);
        assert.deepEqual(result, {
          compared: all.length,
          missing: all.length - kept.length,
          different: 0,
          unexpected: 0,
        });
      }),
    );
  });
});
