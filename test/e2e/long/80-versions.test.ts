import assert from "node:assert/strict";
import { type Role, roles } from "@metrics-link/sandbox/cli/stack-files.ts";
import { runAgent } from "../support/agent.ts";
import { Checkout, pinnedVersion } from "../support/checkout.ts";
import { eventually } from "../support/eventually.ts";
import { beforehand, nothingMissing } from "../support/samples.ts";
import { pulumi, sandbox } from "../support/sandbox.ts";
import { isGated, startsOf, versionsOf } from "../support/versions.ts";
import { needs, world } from "../support/world.ts";

describe("an older release, with other versions in tools.json and from before the gate", function () {
  needs(world.link);
  this.timeout(1_200_000);
  let other: Checkout;

  before(function () {
    // It builds Prometheus, the first time on a machine.
    this.timeout(1_200_000);
    other = new Checkout();
    other.setUp();
  });

  const releases = {
    older: {
      program: (host: Role) => other.pulumi(host),
      pinned: (tool: string) => other.pinned(tool),
      gated: false,
    },
    newer: { program: () => pulumi(), pinned: (tool: string) => pinnedVersion(sandbox.repository, tool), gated: true },
  };

  /** Updates hosts with a release, and waits until each runs all of it. */
  async function become(hosts: readonly Role[], name: keyof typeof releases): Promise<void> {
    const { program, pinned, gated } = releases[name];
    const wanted = { envoy: pinned("envoy"), prometheus: pinned("prometheus"), gated };
    const from = beforehand();
    const one = async (host: Role) => {
      const { envoy, prometheus } = await versionsOf(host);
      assert.ok(envoy.running !== wanted.envoy && prometheus.running !== wanted.prometheus, "there is nothing to do");
      assert.equal(await isGated(host), !gated);
      const instance = await pulumi().text(host, "instanceId");
      await program(host).must(["up", "-s", host, "--yes", "--skip-preview"]);
      await eventually(
        "what had to wait for the queue to be done as well",
        async (note) => {
          const { envoy, prometheus } = await versionsOf(host);
          const found = { envoy, prometheus, gated: await isGated(host) };
          note(found);
          const all = [envoy.onDisk, envoy.running, prometheus.onDisk, prometheus.running, found.gated];
          if (all.join() === [wanted.envoy, wanted.envoy, wanted.prometheus, wanted.prometheus, gated].join())
            return found;
          await runAgent(host);
          return undefined;
        },
        90_000,
        1000,
      );
      assert.equal(await pulumi().text(host, "instanceId"), instance);
    };
    await Promise.all(hosts.map(one));
    await nothingMissing(from, 5000).catch(async ({ message }: Error) => {
      throw new Error(`${message}; ${(await Promise.all(hosts.map(startsOf))).join("; ")}`);
    });
  }

  for (const order of [
    ["sender", "receiver"],
    ["receiver", "sender"],
  ] as const) {
    it("can be gone back to, and no sample is lost", () => become(roles, "older"));
    for (const host of order) {
      it(`is followed by this one, ${order[0]} first: the ${host} runs all of it on the same instance, and no sample is lost`, () =>
        become([host], "newer"));
    }
  }
});
