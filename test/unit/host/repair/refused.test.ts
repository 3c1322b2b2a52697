import assert from "node:assert/strict";
import { Refused, seriesName } from "@metrics-link/host/repair/refused.ts";
import { type Tally, transfer } from "@metrics-link/host/repair/transfer.ts";
import type { Write } from "@metrics-link/host/repair/write.ts";
import fc from "fast-check";

const hour = 3_600_000;
const labelsOf = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels).map(([name, value]) => ({ name, value }));
const rules = async () => new Map([["noisy:rule", "noise/noisy:rule"]]);
const refusal = (labels: Readonly<Record<string, string>>, reason = "out of bounds") => ({
  labels: labelsOf(labels),
  reason,
  samples: 2,
});
const lines = (text: string) => text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

describe("a series that the receiver refuses", () => {
  it("is named with its job, rule and reason, and its samples are counted", async () => {
    const refused = new Refused(rules);
    for (const now of [0, 1]) {
      await refused.refuse(
        [refusal({ __name__: "up", job: "app", x: "1" }), refusal({ __name__: "noisy:rule" }, "too old")],
        now,
      );
    }
    assert.deepEqual(lines(refused.metrics(2)), [
      'metrics_link_repair_refused_series_samples_total{series="up{job=\\"app\\",x=\\"1\\"}",of_job="app",reason="out of bounds"} 4',
      'metrics_link_repair_refused_series_samples_total{series="noisy:rule{}",of_rule="noise/noisy:rule",reason="too old"} 4',
    ]);
    assert.equal(refused.metrics(1 + hour + 1), "", "an hour after its last sample");
  });

  it("is named although an outage made others too old, and although Prometheus does not tell its rules", async () => {
    const refused = new Refused(() => Promise.reject(new Error("no answer")));
    for (let part = 0; part < 50; part += 1) await refused.refuse([refusal({ part: `${part}` }, "too old")], 0);
    await refused.refuse([refusal({ __name__: "guilty" })], 0);
    assert.equal(lines(refused.metrics(0)).length, 11);
    assert.match(refused.metrics(0), /series="guilty\{\}",reason="out of bounds"/);
    await refused.refuse([refusal({ __name__: "later" }, "too old")], 2 * hour);
    assert.match(refused.metrics(2 * hour), /series="later\{\}"/);
    for (const end of ["x", "y"]) await refused.refuse([refusal({ text: "z".repeat(100) + end })], 2 * hour);
    assert.equal(lines(refused.metrics(2 * hour)).length, 2, "what is shown alike is one series");
  });

  it("is told by a transfer, as is one whose labels nobody can send; the others arrive", async () => {
    const refused = new Refused(rules);
    const stored = new Set<string>();
    const write: Write = async ({ series }) => {
      const names = series.map(({ labels }) => labels[0]?.value ?? "");
      if (names.includes("guilty")) return { status: 400, text: "duplicate sample for timestamp" };
      for (const name of names) stored.add(name);
      return { status: 204, text: "" };
    };
    const span = (name: string, more = {}) => ({
      labels: labelsOf({ __name__: name }),
      samples: [{ time: 1, bits: 1n }],
      histograms: 0,
      ...more,
    });
    async function* source() {
      for (const name of ["a", "b", "guilty", "c", "d"]) yield span(name);
      yield span("huge", { samples: [], isTooLarge: true });
      yield { ...span("long"), labels: labelsOf({ __name__: "long", job: "noisy", text: "x".repeat(1500) }) };
    }
    const tally: Tally = await transfer(source(), write, async () => {}, refused);
    assert.deepEqual([...stored], ["a", "b", "c", "d", "long"]);
    assert.deepEqual(tally, {
      series: 6,
      samples: 5,
      skipped: { "larger than a request may be": 1, "another value is stored": 1 },
    });
    const text = refused.metrics(Date.now());
    assert.match(text, /series="huge\{\}",reason="larger than a request may be"\} 1/);
    assert.match(text, /series="guilty\{\}",reason="another value is stored"\} 1/);
    assert.match(text, /metrics_link_repair_large_labels_bytes\{series="long\{.*\}",of_job="noisy"\} 1524/);
  });

  it("has a name that a scrape takes, whatever its labels are", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string({ maxLength: 5000 }), { maxKeys: 64 }), (labels) => {
        const name = seriesName(labelsOf(labels));
        assert.ok(name.length < 1000, `${name.length}`);
        assert.doesNotMatch(name, /[\n\r\t]/);
      }),
    );
    const text = seriesName(labelsOf({ __name__: "huge", a: "x".repeat(3_000_000), job: "noisy" }));
    assert.match(text, /^huge\{job="noisy",a="x{60}… \(3000000 characters\)"\}$/);
  });
});
