import assert from "node:assert/strict";
import { stackNames } from "@metrics-link/sandbox/cli/stack-files.ts";
import { BalancerGroup } from "../support/aws.ts";
import { pulumi } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

describe("an existing link", () => {
  needs(world.link);
  for (const stack of stackNames) {
    it(`is not changed by another update of ${stack}`, async () => {
      await pulumi().must(["up", "-s", stack, "--yes", "--skip-preview", "--expect-no-changes"]);
    }).timeout(600_000);

    it(`has no drift in a refresh of ${stack}`, async () => {
      await pulumi().must(["refresh", "-s", stack, "--yes", "--skip-preview", "--expect-no-changes"]);
    }).timeout(600_000);
  }

  it("shows a manually changed rule as drift, and the next update reverts it", async () => {
    const group = await BalancerGroup.find();
    await group.refuse("203.0.113.10");
    const drift = await pulumi().run(["preview", "-s", "receiver", "--refresh", "--diff"]);
    assert.match(drift.stdout, /receiver-from-203\.0\.113\.10/);
    const refused = await pulumi().run(["preview", "-s", "receiver", "--refresh", "--expect-no-changes"]);
    assert.notEqual(refused.code, 0);
    await pulumi().must(["up", "-s", "receiver", "--yes", "--skip-preview", "--refresh"]);
    await pulumi().must(["preview", "-s", "receiver", "--refresh", "--expect-no-changes"]);
  }).timeout(600_000);
});
