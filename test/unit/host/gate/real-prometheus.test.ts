import assert from "node:assert/strict";
import { refusalReasons } from "@metrics-link/gate";
import { configuration } from "../../gate/examples.ts";
import { lies } from "../../gate/lies.ts";
import { contentTypes, encodedAs, nodeSeries, snappy } from "../../gate/messages.ts";
import { BarePrometheus, GateProcess, headersOf } from "./processes.ts";

const minute = 60_000;

describe("the gate in front of a real Prometheus", function () {
  this.timeout(120_000);
  let prometheus: BarePrometheus;
  let enforcing: GateProcess;
  let observing: GateProcess;
  before(async () => {
    prometheus = await BarePrometheus.start();
    enforcing = await GateProcess.start(configuration, prometheus.url);
    observing = await GateProcess.start({ ...configuration, mode: "observe" }, prometheus.url);
  });
  after(() => Promise.all([prometheus?.stop(), enforcing?.stop(), observing?.stop()]));

  it("answers each lie by its reason, and none of them is stored", async () => {
    for (const { title, protocol, body, reason } of lies(Date.now())) {
      const answer = await enforcing.write(body(), headersOf("a", contentTypes[protocol]));
      assert.equal(answer.status, refusalReasons[reason].status, `version ${protocol}: ${title}: ${answer.text}`);
      assert.match(answer.text, new RegExp(`^metrics-link gate: ${reason}: `));
    }
    assert.equal(await prometheus.stored(), 0);
  });

  it("stores what is true of a sender as it was written, in either version", async () => {
    const now = Date.now();
    for (const [protocol, sender, account] of [
      [1, "a", "111"],
      [2, "b", "222"],
    ] as const) {
      const series = nodeSeries(2_000, [["account", account]], now - 10 * minute);
      const before = await prometheus.stored();
      const body = snappy(encodedAs[protocol](series));
      const answer = await enforcing.write(body, headersOf(sender, contentTypes[protocol]));
      assert.equal(answer.status, 204, answer.text);
      assert.equal(await prometheus.stored(), before + series.length);
      if (protocol === 2) assert.equal(answer.headers["x-prometheus-remote-write-samples-written"], "2000");
      const query = encodeURIComponent(`{account="${account}"}[30m]`);
      const { result } = (await prometheus.api(`query?query=${query}`)) as { result: readonly unknown[] };
      const wanted = series.map(({ labels, samples = [] }) => ({
        metric: Object.fromEntries(labels),
        values: samples.map(({ value, timestamp }) => [timestamp / 1000, `${value}`]),
      }));
      const inOrder = (found: readonly unknown[]) => found.map((one) => JSON.stringify(sorted(one))).toSorted();
      assert.deepEqual(inOrder(result), inOrder(wanted));
    }
  });

  it("stores lies while it only observes: without it, Prometheus believes them", async () => {
    // From half an hour ago on, a second apart: each row is told from the one before by what is stored more.
    const begin = Date.now() - 25 * minute;
    const all = lies(begin);
    const wrong: string[] = [];
    for (const [index, { title, protocol, stored }] of all.entries()) {
      const ahead = /ahead/.test(title);
      const body = lies(ahead ? Date.now() : begin + index * 1_000)[index]?.body;
      assert.ok(body);
      const before = await prometheus.stored();
      const answer = await observing.write(body(), headersOf("a", contentTypes[protocol]));
      const more = (await prometheus.stored()) - before;
      if (more > 0 !== stored)
        wrong.push(`version ${protocol}: ${title}: ${answer.status} ${answer.text}, ${more} more`);
    }
    assert.deepEqual(wrong, []);
    const page = (await observing.get("/metrics")).text;
    assert.match(page, /^metrics_link_gate_enforcing 0$/m);
    assert.match(page, /^metrics_link_gate_refused_series_total\{sender="a",reason="label_foreign"\} \d+$/m);
  });
});

/** With its keys in order, so that two objects of one content have one text. */
const sorted = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .toSorted(([one], [other]) => (one < other ? -1 : 1))
          .map(([key, inner]) => [key, sorted(inner)]),
      )
    : value;
