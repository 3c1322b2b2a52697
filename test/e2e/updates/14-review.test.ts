import assert from "node:assert/strict";
import type { Verdict } from "@metrics-link/review";
import { stackNames } from "@metrics-link/sandbox/cli/stack-files.ts";
import { Clone } from "../support/branch.ts";
import { run } from "../support/commands.ts";
import { needs, world } from "../support/world.ts";

describe("a review", function () {
  needs(world.link);
  this.timeout(1_200_000);

  let clone: Clone;
  before(() => {
    clone = new Clone();
  });
  afterEach(() => clone.reset());

  /** Of the clone's branch, by the program of this checkout: as a pipeline calls the reviewed program's own review. */
  async function review(stack: string, ...words: string[]): Promise<{ code: number | null; verdict: Verdict }> {
    const { code, printed } = await run("review", stack, "--head", clone.directory, "--format", "json", ...words);
    return { code, verdict: JSON.parse(printed) as Verdict };
  }

  it("passes all four unchanged stacks, lists every policy of the pack, and shows which protections the configuration drops", async () => {
    for (const stack of stackNames) {
      const { code, verdict } = await review(stack);
      assert.deepEqual([code, verdict.outcome, verdict.failures, verdict.errors], [0, "passed", [], []], verdict.stack);
      assert.deepEqual([verdict.changes, verdict.comparison.asks, verdict.comparison.source], [[], [], []]);
      const outcomes = new Set(verdict.policies.map(({ outcome }) => outcome));
      for (const outcome of ["failed", "undecided", "advised"] as const) assert.ok(!outcomes.has(outcome), outcome);
      assert.ok(outcomes.has("passed"));
      const dropped = verdict.setAside.filter(({ key }) => key === "tools.acceptUnpinned");
      const hasHost = stack === "sender" || stack === "receiver";
      assert.deepEqual(
        dropped.map(({ value }) => value),
        hasHost ? ["true"] : [],
      );
    }
  });

  it("fails for a branch with one malicious line, and names the line and its effect, until a person accepts exactly that", async () => {
    const file = "packages/prometheus/process.ts";
    const line = clone.edit(file, "--web.listen-address=127.0.0.1", "--web.listen-address=0.0.0.0");
    clone.commit("One line");
    const { code, verdict } = await review("receiver");
    assert.equal(code, 1);
    const { comparison } = verdict;
    assert.deepEqual(
      comparison.source.map((change) => [change.file, change.line]),
      [[file, line]],
    );
    assert.ok(
      comparison.asks.some(
        ({ path, after }) => /metrics-link-prometheus\.service/.test(path) && /0\.0\.0\.0/.test(after ?? ""),
      ),
    );
    const failure = verdict.failures.find(({ rule }) => rule === "program-is-reviewed");
    assert.ok(failure?.what.includes(`${file}:${line}`), failure?.what);

    const accepted = await review("receiver", "--accept", comparison.hash ?? "");
    assert.deepEqual([accepted.verdict.comparison.accepted, accepted.verdict.comparison.hash], [true, comparison.hash]);
    assert.ok(accepted.verdict.failures.every(({ rule }) => rule !== "program-is-reviewed"));
  });

  it("shows a change of the configuration as such, and not as one of the program", async () => {
    clone.edit("stacks/Pulumi.receiver.yaml", "scrapeInterval: 2s", "scrapeInterval: 3s");
    clone.edit("stacks/examples/receiver/rules/heartbeat.yaml", "groups:", "# A remark.\ngroups:");
    const { code, verdict } = await review("receiver");
    const { asks, source, configuration, hash } = verdict.comparison;
    assert.deepEqual([code, asks, source, hash], [0, [], [], undefined]);
    assert.deepEqual(
      configuration.map(({ path, line }) => [path, line]),
      [
        ["config[metrics-link:prometheus].scrapeInterval", undefined],
        ["[stacks/examples/receiver/rules/heartbeat.yaml]", 1],
      ],
    );
    assert.ok(verdict.changes.some(({ name }) => name === "receiver-release"));
  });

  it("fails for an address that is not pinned, and names the policy", async () => {
    clone.edit(
      "stacks/Pulumi.receiver.yaml",
      "config:",
      'config:\n  metrics-link:policy: {addressAllocations: ["eipalloc-0123456789abcdef0", "eipalloc-0123456789abcdef1"]}',
    );
    const { code, verdict } = await review("receiver");
    assert.equal(code, 1);
    assert.deepEqual([...new Set(verdict.failures.map(({ rule }) => rule))], ["addresses-are-pinned"]);
  });

  it("fails for a change that would release an address, which no policy sees", async () => {
    clone.edit("stacks/Pulumi.receiver-exchange.yaml", "    addresses: 2", "    addresses: 1");
    const { code, verdict } = await review("receiver-exchange");
    assert.equal(code, 1, verdict.errors.join("\n"));
    const gone = "receiver-address-2";
    assert.ok(
      verdict.failures.some(({ rule, what }) => rule === `keeps-${gone}` && /deleted/.test(what)),
      JSON.stringify(verdict.failures),
    );
    assert.deepEqual(
      verdict.changes.filter(({ kind }) => kind === "delete").map(({ name }) => name),
      [gone],
    );
  });

  it("is incomplete when the preview itself fails", async () => {
    clone.edit("stacks/Pulumi.receiver.yaml", "metrics-link:role: receiver", "metrics-link:role: nobody");
    const { code, verdict } = await review("receiver");
    assert.deepEqual([code, verdict.outcome], [3, "incomplete"]);
    assert.match(verdict.errors.join("\n"), /metrics-link:role is "nobody"/);
  });
});
