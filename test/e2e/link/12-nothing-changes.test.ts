import assert from "node:assert/strict";
import { BalancerGroup } from "../support/aws.ts";
import { pulumi } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

describe("an existing link", () => {
  needs(world.link);
  for (const role of ["sender", "receiver"]) {
    it(`is not changed by another update of the ${role}`, async () => {
      await pulumi().must(["up", "-s", role, "--yes", "--skip-preview", "--expect-no-changes"]);
    }).timeout(600_000);

    it(`has no drift in a refresh of the ${role}`, async () => {
      await pulumi().must(["refresh", "-s", role, "--yes", "--skip-preview", "--expect-no-changes"]);
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
