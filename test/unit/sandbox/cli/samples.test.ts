import assert from "node:assert/strict";
import { compareSamples, describeCounts, type RawSeries } from "@metrics-link/sandbox/cli/samples.ts";
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

  it("knows a series' own label by its other name where an external label has that of its own", () => {
    const own = { ...up, metric: { ...up.metric, account: "mine" } };
    const renamed = { ...up, metric: { ...up.metric, ...external, exported_account: "mine" } };
    assert.equal(verdict([own], [renamed]).missing, 0);
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

  it("tells what may still be in the queue from what was overtaken", () => {
    const values: RawSeries["values"] = [
      [1000.001, "1"],
      [1001.001, "1"],
      [1002.001, "1"],
      [1003.001, "1"],
    ];
    const sent = { ...up, values };
    const there = arrived({ ...up, values: [values[0], values[2]].flatMap((one) => (one ? [one] : [])) });
    const found = compareSamples([sent], [there], external);
    assert.deepEqual([found.missing, found.waiting], [2, 1]);
    assert.match(
      describeCounts(found),
      /^4 samples of 1 series compared, 2 missing \(1 overtaken.*; 1 not yet received\)/,
    );
    assert.deepEqual(found.examples, [
      'missing: 1 sample of up{job="node"} at 1970-01-01T00:16:41.001Z',
      'not yet received: 1 sample of up{job="node"} at 1970-01-01T00:16:43.001Z',
    ]);
  });

  it("gives one example per series, the user's before the link's own", () => {
    const ofTheLink = { ...up, metric: { ...up.metric, link_side: "sends" } };
    const other = { ...up, metric: { __name__: "orders_total" }, values: up.values?.slice(0, 2) };
    const { examples } = compareSamples([ofTheLink, other, up], [], external);
    assert.deepEqual(
      examples.map((example) => /: (\d+) samples of ([^ ]+)/.exec(example)?.slice(1)),
      [
        ["3", 'up{job="node"}'],
        ["2", "orders_total{}"],
        ["3", 'up{job="node",'],
      ],
    );
  });

  it("shortens a label of megabytes, and shows no more than twelve labels", () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`label_${index}`, "x".repeat(3000)]));
    const { examples } = compareSamples([{ ...up, metric: { __name__: "big", ...many } }], [], {});
    assert.equal(examples.length, 1);
    assert.ok((examples[0]?.length ?? 0) < 2000, examples[0]);
    assert.match(examples[0] ?? "", /and 2988 more labels/);
  });
});
