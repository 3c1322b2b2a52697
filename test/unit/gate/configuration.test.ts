import assert from "node:assert/strict";
import { InvalidInputError } from "@metrics-link/contract";
import { configuration, read } from "./examples.ts";

function problemsOf(file: object): string[] {
  try {
    read(file);
  } catch (error) {
    assert.ok(error instanceof InvalidInputError, String(error));
    return error.problems.map(({ key }) => key);
  }
  return [];
}

const sender = (labels: object) => ({ ...configuration, senders: { a: { labels } } });

describe("the gate's configuration", () => {
  it("has defaults for all limits", () => {
    const { mode, bodyBytes, senders } = read(configuration);
    assert.deepEqual([mode, bodyBytes], ["enforce", 2_097_152]);
    const b = senders.get("b");
    assert.deepEqual([b?.rates.samplesPerSecond, b?.bodyBytes, b?.request.aheadMs], [50_000, 2_097_152, 540_000]);
  });

  it("gives a sender rates of its own", () => {
    const rates = { samplesPerSecond: 7 };
    const { senders } = read({
      ...configuration,
      rates: { activeSeries: 5 },
      senders: { ...configuration.senders, a: { labels: { account: "111" }, rates } },
    });
    assert.equal(senders.get("a")?.rates.samplesPerSecond, 7);
    assert.equal(senders.get("b")?.rates.activeSeries, 5);
  });

  it("has the identities of all senders once, and not once for each of them", () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `s${index}`);
    const { senders } = read({
      ...configuration,
      senders: Object.fromEntries(names.map((name, index) => [name, { labels: { account: `${index}` } }])),
    });
    const identities = names.flatMap((name) => senders.get(name)?.rules.labels.map((one) => one.identities) ?? []);
    assert.equal(identities.length, 2_000);
    // Of `account`, and of `link_side`, by which nobody is known.
    assert.equal(new Set(identities).size, 2);
  });

  it("gives a sender limits of its own for a request", () => {
    const request = { bodyBytes: 1_024, labelsPerSeries: 3, aheadSeconds: 0 };
    const { senders } = read({
      ...configuration,
      senders: { ...configuration.senders, a: { labels: { account: "111" }, request } },
    });
    const limitsOf = (name: string) => {
      const terms = senders.get(name);
      return [terms?.bodyBytes, terms?.request.labelsPerSeries, terms?.request.aheadMs, terms?.request.series];
    };
    assert.deepEqual(limitsOf("a"), [1_024, 3, 0, 20_000]);
    assert.deepEqual(limitsOf("b"), [2_097_152, 512, 540_000, 20_000]);
  });

  it("takes twenty labels of a sender, and a sender without any", () => {
    const labels = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`l${index}`, "x"]));
    const { senders } = read({ ...configuration, senders: { a: { labels }, b: { labels: {} } } });
    assert.equal(senders.get("a")?.rules.required, 2 ** 20 - 1);
    assert.equal(senders.get("b")?.rules.required, 0);
    assert.deepEqual(problemsOf(sender({ ...labels, one: "more" })), ["senders.a.labels"]);
  });

  for (const [title, file, problems] of [
    ["another mode", { ...configuration, mode: "off" }, ["mode"]],
    ["a key that nobody knows", { ...configuration, limit: 1 }, ["limit"]],
    ["a sender that is absent too", { ...configuration, absent: { a: { account: "333" } } }, ["absent.a"]],
    ["the pair of an absent sender", { ...configuration, absent: { c: { account: "111" } } }, ["absent.c.account"]],
    ["an empty value", sender({ account: "" }), ["senders.a.labels.account"]],
    ["a value with a control character", sender({ account: "1\n" }), ["senders.a.labels.account"]],
    ["a name that Prometheus makes of metadata", sender({ __unit__: "s" }), ["senders.a.labels.__unit__"]],
    ["a pinned label that is reserved", sender({ link_side: "sends" }), ["senders.a.labels.link_side"]],
    [
      "two senders with one pair",
      { ...configuration, senders: { a: { labels: { account: "1" } }, b: { labels: { account: "1", x: "y" } } } },
      ["senders.b.labels.account"],
    ],
    [
      "an offset above what Prometheus takes",
      { ...configuration, request: { aheadSeconds: 601 } },
      ["request.aheadSeconds"],
    ],
    ["no limit at all", { ...configuration, rates: { activeSeries: 0 } }, ["rates.activeSeries"]],
  ] as const) {
    it(`is refused with ${title}`, () => assert.deepEqual(problemsOf(file), problems));
  }
});
