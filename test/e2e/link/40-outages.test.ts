import assert from "node:assert/strict";
import { linkState } from "@metrics-link/sandbox/cli/link.ts";
import { BalancerGroup } from "../support/aws.ts";
import { outage, startUnit, stopUnit } from "../support/outage.ts";
import { beforehand, nothingMissing } from "../support/samples.ts";
import { on, pulumi, sender } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const outageSeconds = 60;
const egressAddress = "203.0.113.10";

const least = outageSeconds * 500;

describe("a link with an outage", function () {
  needs(world.link);
  this.timeout(1_200_000);

  it(`loses nothing while the receiver's Prometheus is stopped for ${outageSeconds} s`, async () => {
    const from = beforehand();
    await stopUnit("receiver", "metrics-link-prometheus");
    await outage(outageSeconds);
    assert.equal((await linkState(sender, Date.now() / 1000)).state, "behind");
    await startUnit("receiver", "metrics-link-prometheus");
    await nothingMissing(from, least);
  });

  it(`loses nothing while the link is cut for ${outageSeconds} s`, async () => {
    const group = await BalancerGroup.find();
    const from = beforehand();
    await group.refuse(egressAddress);
    try {
      // Connections that are open outlive a rule, in AWS as here; Envoy has to connect anew to feel the cut.
      await on("sender", "systemctl", "restart", "metrics-link-envoy");
      await outage(outageSeconds);
      assert.equal((await linkState(sender, Date.now() / 1000)).state, "behind");
    } finally {
      // By an update, as a person would: a rule added by hand is none of the stack's, and the stack could not remove it.
      await pulumi().must(["up", "-s", "receiver", "--yes", "--skip-preview", "--refresh"]);
    }
    await nothingMissing(from, least);
  });
});
