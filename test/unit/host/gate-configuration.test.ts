import assert from "node:assert/strict";
import { configurationSchemas } from "@metrics-link/config";
import { type GateConfigurationFile, readConfiguration, Usages, verify } from "@metrics-link/gate";
import { keeps } from "@metrics-link/gate/rules.ts";
import { gateConfiguration, pinsDemanded } from "@metrics-link/host";
import { encodeV1, snappy } from "../gate/messages.ts";

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
  return labels.map((rule) => {
    const known = ["111", "222", "333", "sends"].filter((value) => {
      const bytes = new TextEncoder().encode(value);
      return keeps(rule, bytes, 0, bytes.length) === (rule.kind !== "never");
    });
    return `${rule.kind} ${text(rule.name)}=${known.join("|")}`;
  });
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

  it("is where those who know series by their sender's labels read them: of nobody who is only observed", () => {
    const free = { name: "c", limits };
    const of = (mode: "enforce" | "observe") =>
      pinsDemanded(
        gateConfiguration({ mode, declared: [a, b, free], inForce: [{ name: "a", labels: { account: "0" } }, free] }),
      );
    assert.deepEqual(of("enforce"), [{ account: "0" }]);
    assert.deepEqual(of("observe"), []);
  });

  describe("with a limit at an end of its range", () => {
    const now = 1_800_000_000_000;
    /** The least and the most that a stack's configuration takes. */
    const ends = {
      samplesPerSecond: [1, 10_000_000],
      activeSeries: [1, 2_000_000],
      newSeriesPerMinute: [1, 2_000_000],
      bodyBytes: [65_536, 2_097_152],
      labelsPerSeries: [32, 10_000],
      secondsAhead: [0, 590],
    } as const satisfies Record<keyof typeof limits, readonly [number, number]>;
    const termsWith = (change: Partial<Record<keyof typeof limits, number>>) => {
      const declared = [{ ...a, limits: { ...limits, ...change } }];
      const terms = read(gateConfiguration({ mode: "enforce", declared, inForce: [a] })).senders.get("a");
      return terms ?? assert.fail();
    };
    const parsed = (change: object) =>
      configurationSchemas.receiver.shape.senders.safeParse([{ name: "a", stack: "o/metrics-link/a", limits: change }]);

    for (const [name, range] of Object.entries(ends)) {
      it(`is accepted by configuration and gate: ${name}`, () => {
        for (const end of range) {
          assert.ok(parsed({ [name]: end }).success, `${end}`);
          assert.doesNotThrow(() => termsWith({ [name]: end }));
        }
        const [least, most] = range;
        for (const beyond of [least - 1, most + 1]) assert.ok(!parsed({ [name]: beyond }).success, `${beyond}`);
      });
    }

    /** What the gate says to one series with so many labels, so far ahead. */
    const verdictOn = (terms: ReturnType<typeof termsWith>, labels: number, aheadMs: number) => {
      const more = Array.from({ length: labels - 2 }, (_, index) => [`l${100_000 + index}`, "x"] as const);
      const series = {
        labels: [["__name__", "up"], ["account", "111"], ...more] as [string, string][],
        samples: [{ value: 1, timestamp: now + aheadMs }],
      };
      const verdict = verify(1, snappy(encodeV1([series])), terms.rules, terms.request, now);
      return verdict.accepted ? "accepted" : verdict.reason;
    };

    it("counts labels and time to the last one", () => {
      const terms = termsWith({ labelsPerSeries: 32, secondsAhead: 0 });
      assert.deepEqual([verdictOn(terms, 32, 0), verdictOn(terms, 33, 0)], ["accepted", "label_size"]);
      assert.deepEqual([verdictOn(terms, 3, 0), verdictOn(terms, 3, 1)], ["accepted", "timestamp_ahead"]);
      const most = termsWith({ labelsPerSeries: 10_000, secondsAhead: 590 });
      assert.deepEqual(
        [verdictOn(most, 10_000, 590_000), verdictOn(most, 3, 590_001)],
        ["accepted", "timestamp_ahead"],
      );
    });

    it("lets a whole batch of an honest sender pass, however low its rate is", () => {
      const { rates } = termsWith({ samplesPerSecond: 1, activeSeries: 2_000_000, newSeriesPerMinute: 1 });
      const keys = Array.from({ length: 2_000 }, (_, index) => index);
      const usages = new Usages(new Map([["a", { rates }]]));
      const judged = (seconds: number) => usages.judge("a", { samples: 2_000, keys }, now + seconds * 1000);
      assert.deepEqual([judged(0), judged(1_999), judged(2_000)], [undefined, "sample_rate", undefined]);
    });
  });
});
