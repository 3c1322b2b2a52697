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
    const { mode, bodyBytes, request, senders } = read(configuration);
    assert.deepEqual([mode, bodyBytes, request.aheadMs], ["enforce", 2_097_152, 540_000]);
    assert.equal(senders.get("b")?.rates.samplesPerSecond, 50_000);
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

  for (const [title, file, problems] of [
    ["another mode", { ...configuration, mode: "off" }, ["mode"]],
    ["a key that nobody knows", { ...configuration, limit: 1 }, ["limit"]],
    ["a sender without labels", sender({}), ["senders.a.labels"]],
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
