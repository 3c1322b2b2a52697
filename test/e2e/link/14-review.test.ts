import assert from "node:assert/strict";
import type { Verdict } from "@metrics-link/review";
import { run } from "../support/commands.ts";
import { ChangedConfiguration } from "../support/configuration.ts";

async function review(stack: string): Promise<{ code: number | null; verdict: Verdict }> {
  const { code, printed } = await run("review", stack, "--format", "json");
  return { code, verdict: JSON.parse(printed) as Verdict };
}

/** Reviews the receiver with one key changed. */
async function reviewWith(path: string, value: string) {
  const configuration = new ChangedConfiguration("receiver");
  try {
    await configuration.set(path, value);
    return await review("receiver");
  } finally {
    configuration.restore();
  }
}

describe("a review", function () {
  this.timeout(600_000);

  it("passes both stacks as they are, every policy of the pack among what it says", async () => {
    const both = await Promise.all(["sender", "receiver"].map(review));
    for (const { code, verdict } of both) {
      assert.deepEqual([code, verdict.outcome, verdict.failures, verdict.errors], [0, "passed", [], []], verdict.stack);
      assert.deepEqual(verdict.changes, []);
      const outcomes = new Set(verdict.policies.map(({ outcome }) => outcome));
      for (const outcome of ["failed", "undecided", "advised"] as const) assert.ok(!outcomes.has(outcome), outcome);
      assert.ok(outcomes.has("passed"));
    }
  });

  it("refuses an address that is not the pinned one, and names the policy", async () => {
    const { code, verdict } = await reviewWith("policy.addressAllocations[0]", "eipalloc-0123456789abcdef0");
    assert.equal(code, 1);
    assert.deepEqual([...new Set(verdict.failures.map(({ rule }) => rule))], ["addresses-are-pinned"]);
  });

  it("refuses what would let an address go, which no policy sees", async () => {
    const { code, verdict } = await reviewWith("network.zones[1]", "eu-west-1c");
    assert.equal(code, 1);
    assert.ok(verdict.failures.some(({ rule, what }) => rule === "keeps-receiver-address-b" && /deleted/.test(what)));
    assert.deepEqual([verdict.changes[0]?.kind, verdict.changes[0]?.name], ["delete", "receiver-address-b"]);
  });

  it("is no verdict when the preview itself fails", async () => {
    const { code, verdict } = await reviewWith("role", "nobody");
    assert.deepEqual([code, verdict.outcome], [3, "incomplete"]);
    assert.match(verdict.errors.join("\n"), /metrics-link:role is "nobody"/);
  });
});
