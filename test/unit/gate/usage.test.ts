import assert from "node:assert/strict";
import { judge, type RateLimits, refund, sharesOf, type Usage, usageAt, usageOf } from "@metrics-link/gate/usage.ts";
import fc from "fast-check";

const limits: RateLimits = { samplesPerSecond: 100, burstSeconds: 10, activeSeries: 50, newSeriesPerMinute: 6 };
const start = 1_800_000_000_000;
const hour = 3_600_000;
const keys = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

/** Judges one request after the other, each so many milliseconds after the start. */
function all(requests: readonly { at: number; samples?: number; keys?: readonly number[] }[], under = limits) {
  let usage: Usage = usageOf(under, start);
  return requests.map(({ at, samples = 0, keys = [] }) => {
    const judgement = judge(usageAt(usage, under, start + at), { samples, keys }, under);
    usage = judgement.usage;
    return judgement.over;
  });
}

describe("what a sender may write over time", () => {
  it("is a burst at once, and then so many samples a second", () => {
    const requests = [
      { at: 0, samples: 1_000 },
      { at: 0, samples: 1 },
      { at: 1_000, samples: 101 },
      { at: 1_000, samples: 100 },
      { at: 1_000, samples: 1 },
    ];
    assert.deepEqual(all(requests), [undefined, "sample_rate", "sample_rate", undefined, "sample_rate"]);
  });

  it("is never more than limit times time plus one burst", () => {
    const request = fc.record({ wait: fc.integer({ min: 0, max: 3_000 }), samples: fc.integer({ min: 1, max: 900 }) });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 60 }), (requests) => {
        let at = 0;
        let passed = 0;
        let usage = usageOf(limits, start);
        for (const { wait, samples } of requests) {
          at += wait;
          const judgement = judge(usageAt(usage, limits, start + at), { samples, keys: [] }, limits);
          usage = judgement.usage;
          if (judgement.over === undefined) passed += samples;
          assert.ok(passed <= (limits.samplesPerSecond * at) / 1000 + 1_000 + 1e-6);
        }
      }),
    );
  });

  it("passes a request that is larger than a burst, when nothing else was written", () => {
    assert.deepEqual(
      all([
        { at: 0, samples: 3_000 },
        { at: 19_000, samples: 1 },
        { at: 21_000, samples: 1 },
      ]),
      [undefined, "sample_rate", undefined],
    );
  });

  it("is not charged for what Prometheus did not take", () => {
    const full = judge(usageOf(limits, start), { samples: 1_000, keys: [] }, limits).usage;
    assert.equal(judge(full, { samples: 1_000, keys: [] }, limits).over, "sample_rate");
    assert.equal(judge(refund(full, 1_000, limits), { samples: 1_000, keys: [] }, limits).over, undefined);
  });

  it("follows a limit that is lowered at once, whatever was saved up under the one before", () => {
    const before = usageOf({ ...limits, samplesPerSecond: 50_000 }, start);
    const { usage, over } = judge(usageAt(before, limits, start), { samples: 1_000, keys: [] }, limits);
    assert.equal(over, undefined);
    assert.equal(judge(usage, { samples: 1, keys: [] }, limits).over, "sample_rate");
  });

  it("is so many active series; one that is known always passes", () => {
    const requests = [
      { at: 0, keys: keys(0, 50) },
      { at: 0, keys: [50] },
      { at: 0, keys: keys(0, 50) },
    ];
    assert.deepEqual(all(requests), [undefined, "active_series", undefined]);
  });

  it("forgets series that were silent for two hours, and none that was written within one", () => {
    const requests = [
      { at: 0, keys: keys(0, 50) },
      { at: 0.9 * hour, keys: keys(0, 25) },
      // The others are of the period before, and still count.
      { at: 1.1 * hour, keys: keys(0, 25) },
      { at: 1.1 * hour, keys: [100] },
      { at: 2.2 * hour, keys: keys(100, 6) },
      { at: 2.2 * hour, keys: keys(0, 25) },
    ];
    assert.deepEqual(all(requests), [undefined, undefined, undefined, "active_series", undefined, undefined]);
  });

  it("is so many new series a minute, after those that a sender has when the gate first sees it", () => {
    const roomy = { ...limits, activeSeries: 1_000 };
    const requests = [
      { at: 0, keys: keys(0, 1_000 - 100) },
      { at: 0, keys: keys(1_000, 100) },
      { at: 0, keys: [5_000] },
    ];
    assert.deepEqual(all(requests, roomy), [undefined, undefined, "active_series"]);
    const growing = [
      { at: 0, keys: keys(0, 40) },
      { at: hour, keys: keys(0, 40) },
      { at: hour, keys: keys(100, 10) },
      { at: 3.1 * hour, keys: keys(200, 7) },
      { at: 3.1 * hour, keys: keys(300, 7) },
      { at: 3.1 * hour + 60_000, keys: keys(300, 5) },
    ];
    assert.deepEqual(all(growing), [undefined, undefined, undefined, undefined, "new_series", undefined]);
  });

  it("does not depend on a clock that is set back", () => {
    assert.deepEqual(
      all([
        { at: hour, samples: 1_000 },
        { at: 0, samples: 1 },
        { at: 1_000, samples: 100 },
      ]),
      [undefined, "sample_rate", undefined],
    );
  });

  it("is a share of each limit: of rates, that of the last whole minute", () => {
    const minute = 60_000;
    const first = judge(usageOf(limits, start), { samples: 600, keys: keys(0, 3) }, limits).usage;
    const shares = (at: number) => sharesOf(usageAt(first, limits, start + at), limits);
    assert.deepEqual(shares(minute - 1), { samples_per_second: 0, active_series: 3 / 50, new_series_per_minute: 0 });
    assert.deepEqual(shares(minute), { samples_per_second: 0.1, active_series: 3 / 50, new_series_per_minute: 0.5 });
    assert.deepEqual(shares(2 * minute), { samples_per_second: 0, active_series: 3 / 50, new_series_per_minute: 0 });
    // A clock that was set back gives nothing.
    assert.equal(shares(-hour).samples_per_second, 0);
  });

  for (const [limit, requests, accepted] of [
    // Beside 46 of 100 series, a request with 60 never fits: the share of what was accepted stays low.
    ["active_series", [{ keys: keys(100, 60) }], 46 / 100],
    ["samples_per_second", [{ samples: 600 }, { samples: 600 }], 600 / 60 / 100],
    ["new_series_per_minute", [{ keys: keys(100, 4) }, { keys: keys(200, 4) }], 4 / 6],
  ] as const) {
    it(`is used up for a minute after a request above it was turned away: ${limit}`, () => {
      const minute = 60_000;
      let usage = judge(usageOf(limits, start), { samples: 0, keys: keys(0, 46) }, limits).usage;
      const at = start + 10 * minute;
      const raised = { ...limits, activeSeries: 100 };
      const answers = requests.map((request) => {
        const judgement = judge(usageAt(usage, raised, at), { samples: 0, keys: [], ...request }, raised);
        usage = judgement.usage;
        return judgement.over !== undefined;
      });
      assert.deepEqual(answers, [...requests.slice(1).map(() => false), true]);
      const shares = (later: number) => sharesOf(usageAt(usage, raised, at + later), raised);
      assert.equal(shares(minute - 1)[limit], 1);
      assert.equal(shares(minute)[limit], accepted);
      // Nobody else's limit is told, and a clock that is set back does not keep it.
      for (const [other, share] of Object.entries(shares(0))) assert.ok(other === limit || share < 1, other);
      assert.ok(shares(-hour)[limit] < 1);
    });
  }
});
