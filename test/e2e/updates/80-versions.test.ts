import assert from "node:assert/strict";
import { type Role, roles } from "@metrics-link/sandbox/cli/stack-files.ts";
import { runAgent } from "../support/agent.ts";
import { Checkout, pinnedVersion } from "../support/checkout.ts";
import { eventually } from "../support/eventually.ts";
import { beforehand, nothingMissing } from "../support/samples.ts";
import { pulumi, sandbox } from "../support/sandbox.ts";
import { startsOf, versionsOf } from "../support/versions.ts";
import { needs, world } from "../support/world.ts";

describe("other versions in tools.json", function () {
  needs(world.link);
  this.timeout(1_200_000);
  let other: Checkout;

  before(function () {
    // It builds Prometheus, the first time on a machine.
    this.timeout(1_200_000);
    other = new Checkout();
    other.setUp();
  });

  const directions = [
    { to: "older", program: (host: Role) => other.pulumi(host), pinned: (tool: string) => other.pinned(tool) },
    { to: "newer", program: pulumi, pinned: (tool: string) => pinnedVersion(sandbox.repository, tool) },
  ];
  for (const { to, program, pinned } of directions) {
    for (const host of roles) {
      it(`reach the ${host} with its next update: ${to} Envoy and Prometheus on the same instance, and no lost sample`, async () => {
        const wanted = { envoy: pinned("envoy"), prometheus: pinned("prometheus") };
        const { envoy, prometheus } = await versionsOf(host);
        assert.ok(envoy.running !== wanted.envoy && prometheus.running !== wanted.prometheus, "there is nothing to do");
        const instance = await pulumi().text(host, "instanceId");
        const from = beforehand();

        await program(host).must(["up", "-s", host, "--yes", "--skip-preview"]);

        await eventually(
          "what had to wait for the queue to be done as well",
          async (note) => {
            const found = await versionsOf(host);
            note(found);
            const { envoy, prometheus } = found;
            const all = [envoy.onDisk, envoy.running, prometheus.onDisk, prometheus.running];
            if (all.join() === [wanted.envoy, wanted.envoy, wanted.prometheus, wanted.prometheus].join()) return found;
            await runAgent(host);
            return undefined;
          },
          90_000,
          1000,
        );
        assert.equal(await pulumi().text(host, "instanceId"), instance);
        await nothingMissing(from, 5000).catch(async ({ message }: Error) => {
          throw new Error(`${message}; ${await startsOf(host)}`);
        });
      });
    }
  }
});
