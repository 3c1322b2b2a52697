import assert from "node:assert/strict";
import { verify } from "@metrics-link/gate";
import { encodeWriteRequest } from "@metrics-link/host/repair/messages.ts";
import { configuration, termsOfA } from "./examples.ts";
import { encodedAs, encodeV1, encodeV2, nodeSeries, type Series, snappy } from "./messages.ts";
import { joined, label, message, sample, text } from "./raw.ts";

const now = 1_800_000_000_000;
const { rules, request } = termsOfA();
const judged = (protocol: 1 | 2, content: Uint8Array) => verify(protocol, snappy(content), rules, request, now);

const point = { value: 1, timestamp: now };
const series = (labels: Series["labels"], more: Partial<Series> = {}): Series => ({
  labels,
  samples: [point],
  ...more,
});
const own = [
  ["__name__", "m"],
  ["account", "111"],
] as const;

/** Requests of an honest sender, in both versions. */
const honest: readonly (readonly [string, readonly Series[]])[] = [
  ["2,000 series of node_exporter", nodeSeries(2_000, [["account", "111"]], now)],
  [
    "a series with many samples",
    [series(own, { samples: [0, 1, 2].map((at) => ({ value: at, timestamp: now + at })) })],
  ],
  ["a value and a time of zero, which are absent", [series(own, { samples: [{ value: 0, timestamp: 0 }] })]],
  ["a time before 1970", [series(own, { samples: [{ value: 1, timestamp: -1 }] })]],
  ["a time just within the limit", [series(own, { samples: [{ value: 1, timestamp: now + 540_000 }] })]],
  ["a histogram", [{ labels: own, histograms: [{ timestamp: now, counts: [3, 0, 5] }] }]],
  ["an exemplar", [series(own, { exemplars: [{ ...point, labels: [["trace_id", "7"]] }] })]],
  ["an exemplar with its own account", [series(own, { exemplars: [{ ...point, labels: [["account", "111"]] }] })]],
  [
    "an exemplar with an account of its application",
    [series(own, { exemplars: [{ ...point, labels: [["account", "7"]] }] })],
  ],
  ["an exemplar with an empty label", [series(own, { exemplars: [{ ...point, labels: [["trace_id", ""]] }] })]],
  ["its own side", [series([...own, ["link_side", "sends"]])]],
  ["a label that looks like the pinned one, beside it", [series([["Account", "222"], ...own])]],
  ["the account of another in a label of another name", [series([...own, ["paid_by", "222"]])]],
  ["no series", []],
];

describe("the gate lets through", () => {
  for (const protocol of [1, 2] as const) {
    for (const [title, content] of honest) {
      it(`version ${protocol}: ${title}`, () => {
        const verdict = judged(protocol, encodedAs[protocol](content));
        assert.ok(verdict.accepted, JSON.stringify(verdict));
        const sum = (of: (one: Series) => readonly unknown[] | undefined) =>
          content.reduce((total, one) => total + (of(one)?.length ?? 0), 0);
        assert.deepEqual(verdict.counts, {
          series: content.length,
          samples: sum(({ samples }) => samples),
          histograms: sum(({ histograms }) => histograms),
          // One span, and a bucket for each count.
          parts: sum(({ histograms }) => histograms?.flatMap(({ counts }) => [0, ...counts])),
          exemplars: sum(({ exemplars }) => exemplars),
          metadata: 0,
        });
      });
    }
  }

  it("version 1: metadata, which names no sender", () => {
    const metadata = [{ type: 1, metric_family_name: "m_total", help: "what it is", unit: "s" }];
    const verdict = judged(1, encodeV1([], metadata));
    assert.ok(verdict.accepted && verdict.counts.metadata === 1);
  });

  it("version 2: metadata of a series", () => {
    const verdict = judged(2, encodeV2([series(own, { metadata: { type: 2, help: "h", unit: "bytes" } })]));
    assert.ok(verdict.accepted);
  });

  it("version 2: two symbols of one text", () => {
    const symbols = ["", "__name__", "m", "account", "111", "111"].map((symbol) => text(4, symbol));
    const verdict = judged(2, joined(...symbols, message(5, message(1, [1, 2, 3, 5]), sample(now))));
    assert.ok(verdict.accepted);
  });

  it("a value that is not UTF-8, in any label but a pinned one: Prometheus skips that series", () => {
    const bytes = message(1, text(1, "who"), message(2, [0x63, 0xe9]));
    const verdict = judged(1, message(1, label("__name__", "m"), label("account", "111"), bytes, sample(now)));
    assert.ok(verdict.accepted);
  });

  it("what the repairer writes", () => {
    const labels = own.map(([name, value]) => ({ name, value }));
    const verdict = judged(1, encodeWriteRequest([{ labels, samples: [{ time: now, bits: 0n }] }]));
    assert.ok(verdict.accepted);
  });

  it("one series under one key, in either version and with any samples", () => {
    const keysOf = (protocol: 1 | 2, content: readonly Series[]) => {
      const verdict = judged(protocol, encodedAs[protocol](content));
      assert.ok(verdict.accepted);
      return verdict.keys;
    };
    const many = nodeSeries(2_000, [["account", "111"]], now);
    const keys = keysOf(1, many);
    assert.deepEqual(keysOf(2, many), keys);
    assert.equal(new Set(keys).size, many.length);
    const [first] = many;
    assert.ok(first);
    assert.deepEqual(keysOf(1, [{ ...first, samples: [] }]), [keys[0]]);
  });

  it("a label of an identity that others have, unless it claims to be one of them", () => {
    const senders = { ...configuration.senders, c: { labels: { tenant: "blue" } } };
    const terms = termsOfA({ ...configuration, senders });
    const verdictOn = (tenant: string) =>
      verify(1, snappy(encodeV1([series([...own, ["tenant", tenant]])])), terms.rules, terms.request, now);
    assert.ok(verdictOn("green").accepted);
    const verdict = verdictOn("blue");
    assert.ok(!verdict.accepted && verdict.reason === "label_reserved");
  });
});
