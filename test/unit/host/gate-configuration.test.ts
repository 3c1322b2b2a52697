import assert from "node:assert/strict";
import { type GateConfigurationFile, readConfiguration } from "@metrics-link/gate";
import { gateConfiguration } from "@metrics-link/host";

const limits = {
  samplesPerSecond: 5_000,
  activeSeries: 20_000,
  newSeriesPerMinute: 3_000,
  bodyBytes: 1_048_576,
  labelsPerSeries: 64,
  secondsAhead: 60,
};
const a = { name: "a", labels: { account: "111" }, limits };
const b = { name: "b", labels: { account: "222" }, limits };
const read = (file: GateConfigurationFile) => readConfiguration(JSON.stringify(file), "gate.json");

/** The rules about labels of one sender, in words. */
function rulesOf(file: GateConfigurationFile, sender: string): string[] {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const { labels = [] } = read(file).senders.get(sender)?.rules ?? {};
  return labels.map(({ name, kind, values }) => `${kind} ${text(name)}=${values.map(text).join("|")}`);
}

describe("the gate's configuration of a receiver", () => {
  it("has of each sender its labels and limits", () => {
    const file = gateConfiguration({ mode: "observe", declared: [a, b], inForce: [a, b] });
    const { mode, senders } = read(file);
    assert.equal(mode, "observe");
    const terms = senders.get("a");
    assert.deepEqual(terms?.labels, { account: "111" });
    assert.deepEqual(terms?.rates, {
      samplesPerSecond: 5_000,
      burstSeconds: 60,
      activeSeries: 20_000,
      newSeriesPerMinute: 3_000,
    });
    const { aheadMs, labelsPerSeries } = terms?.request ?? {};
    assert.deepEqual([terms?.bodyBytes, labelsPerSeries, aheadMs], [1_048_576, 64, 60_000]);
    assert.deepEqual(rulesOf(file, "a"), ["must account=111", "only link_side=sends"]);
  });

  it("lets a sender without pinned labels write what is nobody else's", () => {
    const file = gateConfiguration({
      mode: "enforce",
      declared: [{ ...a, labels: undefined }, b],
      inForce: [{ name: "a" }, b],
    });
    assert.deepEqual(rulesOf(file, "a"), ["only link_side=sends", "never account=222"]);
  });

  it("keeps the labels of a sender that is not let in for that sender", () => {
    const file = gateConfiguration({ mode: "enforce", declared: [a, b], inForce: [a] });
    assert.deepEqual([...read(file).senders.keys()], ["a"]);
    const free = gateConfiguration({
      mode: "enforce",
      declared: [{ ...a, labels: undefined }, b],
      inForce: [{ name: "a" }],
    });
    assert.deepEqual(rulesOf(free, "a"), ["only link_side=sends", "never account=222"]);
  });

  it("demands of a held sender what it was accepted with, unless that is another's now", () => {
    const held = { name: "a", labels: { account: "111" } };
    const declared = [{ ...a, labels: { account: "333" } }, b];
    assert.deepEqual(rulesOf(gateConfiguration({ mode: "enforce", declared, inForce: [held, b] }), "a"), [
      "must account=111",
      "only link_side=sends",
    ]);
    const taken = [
      { ...a, labels: { account: "333" } },
      { ...b, labels: { account: "111" } },
    ];
    const inForce = [held, { ...b, labels: { account: "111" } }];
    assert.deepEqual(rulesOf(gateConfiguration({ mode: "enforce", declared: taken, inForce }), "a"), [
      "only link_side=sends",
      "never account=111",
    ]);
  });
});
