/** What a short message makes Prometheus keep: a bucket of a histogram is a byte that compresses well, and takes eight there. */
import assert from "node:assert/strict";
import { type Verdict, verify } from "@metrics-link/gate";
import { termsOfA } from "./examples.ts";
import { encodedAs, type LabelPairs, type Series, snappy } from "./messages.ts";

const now = 1_800_000_000_000;
const { rules, request } = termsOfA();
const own: LabelPairs = [
  ["__name__", "m"],
  ["account", "111"],
];
const buckets = (number: number) => ({ timestamp: now, counts: Array.from({ length: number }, () => 0) });
const point = { value: 1, timestamp: now };

describe("the gate weighs", () => {
  for (const protocol of [1, 2] as const) {
    const judged = (...series: Series[]): Verdict =>
      verify(protocol, snappy(encodedAs[protocol](series)), rules, request, now);
    const reason = (verdict: Verdict) => (verdict.accepted ? "none" : verdict.reason);

    it(`version ${protocol}: a histogram by its buckets and spans, as samples and as active series`, () => {
      const small = judged({ labels: own, histograms: [buckets(100)] });
      assert.ok(small.accepted);
      assert.deepEqual([small.counts.parts, small.keys.length], [101, 1]);
      const large = judged({ labels: own, histograms: [buckets(999)] });
      assert.ok(large.accepted);
      assert.deepEqual([large.counts.parts, large.keys.length], [1_000, 8]);
      assert.equal(new Set(large.keys).size, 8);
    });

    it(`version ${protocol}: no histogram with more than a thousand of them, whatever the others have`, () => {
      assert.equal(reason(judged({ labels: own, histograms: [buckets(1_000)] })), "histogram_size");
      assert.equal(reason(judged({ labels: own, histograms: [buckets(300_000)] })), "histogram_size");
      const many = judged({ labels: own, histograms: [buckets(999), buckets(999)] });
      assert.ok(many.accepted);
      assert.equal(many.counts.parts, 2_000);
    });

    it(`version ${protocol}: no series without a name, which Prometheus tells its journal and answers with 204`, () => {
      assert.equal(reason(judged({ labels: [["account", "111"]], samples: [point] })), "name_missing");
      assert.equal(reason(judged({ labels: [["account", "111"]] })), "name_missing");
      const alike: LabelPairs = [
        ["__name_", "m"],
        ["account", "111"],
      ];
      assert.equal(reason(judged({ labels: alike, samples: [point] })), "name_missing");
    });

    it(`version ${protocol}: no exemplar with more labels than a series may have`, () => {
      const labels = Array.from({ length: request.labelsPerSeries + 1 }, (_, index) => [`l${index}`, "x"] as const);
      const withExemplar = (some: LabelPairs) =>
        judged({ labels: own, samples: [point], exemplars: [{ ...point, labels: some }] });
      assert.equal(reason(withExemplar(labels)), "label_size");
      assert.equal(reason(withExemplar(labels.slice(1))), "none");
    });
  }
});
