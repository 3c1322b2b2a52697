import assert from "node:assert/strict";
import { sandboxOf } from "@metrics-link/sandbox/cli/sandbox.ts";
import { benchOf } from "../../../scripts/drill/bench.ts";
import { Interrupted } from "../../../scripts/drill/runner.ts";

describe("the bench of drills", () => {
  const sandbox = sandboxOf("/nowhere");

  it("ends a pause when a person interrupts it, and starts no other", async () => {
    const person = new AbortController();
    const bench = benchOf(sandbox, person.signal);
    const pause = bench.pause(3600);
    person.abort();
    await assert.rejects(pause, Interrupted);
    await assert.rejects(bench.pause(0), Interrupted);
  });

  it("reports unknown states, not alerts, for a sandbox that is not running", async () => {
    const bench = benchOf(sandbox, new AbortController().signal);
    assert.equal(await bench.rule("sender", "LinkBehind"), undefined);
    assert.equal(await bench.lag(), null);
  });
});
