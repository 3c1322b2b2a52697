import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { down } from "@metrics-link/sandbox/cli/down.ts";
import { machineState } from "../support/machine.ts";
import { report, sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

describe("sandbox down", function () {
  needs(world.link);
  this.timeout(1_200_000);

  it("leaves the machine as it was", async () => {
    const { tag, directory } = sandbox.layout;
    // The test can only find what it can see: while the sandbox is up it has to see it.
    const running = machineState(tag, directory);
    for (const [kind, found] of Object.entries(running)) assert.notEqual(found.length, 0, `no ${kind} while up`);
    await down(sandbox, report);
    const empty = { namespaces: [], mounts: [], loopDevices: [], cgroups: [], processes: [] };
    assert.deepEqual(machineState(tag, directory), empty);
    assert.equal(existsSync(directory), false);
  });
});
