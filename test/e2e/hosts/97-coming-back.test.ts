/** What a stack leaves when it goes, and how the next one takes it over: same address, same data. */
import assert from "node:assert/strict";
import { signAnother } from "@metrics-link/sandbox/cli/ceremony.ts";
import { exchangeOf } from "@metrics-link/sandbox/cli/stack-files.ts";
import { takeSnapshots } from "@metrics-link/sandbox/testing/snapshots.ts";
import { accounts, administratorArn, deployerSession } from "@metrics-link/sandbox/world/accounts.ts";
import { z } from "zod";
import { ChangedConfiguration } from "../support/configuration.ts";
import { scrapesAgain, stored } from "../support/machines.ts";
import { beforehand, caughtUp, nothingMissing, upForAWhile } from "../support/samples.ts";
import { pulumi, sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const exported = z.object({
  deployment: z.object({
    resources: z.array(
      z.object({ type: z.string(), id: z.string().optional(), inputs: z.record(z.string(), z.unknown()).default({}) }),
    ),
  }),
});
const now = () => Date.now() / 1000;
const of = (stack: string) => ["-s", stack, "--yes", "--skip-preview"];
const exchange = exchangeOf("sender");
const place = { account: accounts.sender, region: "eu-west-1" };
const asDeployer = { ...place, caller: deployerSession(accounts.sender) };
/** No deployer may delete what a stack keeps. */
const asAdministrator = { ...place, caller: administratorArn("sender") };
const association = "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation";

describe("a sender that was destroyed", function () {
  needs(world.link);
  this.timeout(1_200_000);
  let configuration: ChangedConfiguration;
  let ofExchange: ChangedConfiguration;
  before(() => {
    configuration = new ChangedConfiguration("sender");
    ofExchange = new ChangedConfiguration(exchange);
  });

  async function resourceOf(stack: string, type: string) {
    const { stdout } = await pulumi().must(["stack", "export", "-s", stack]);
    const { resources } = exported.parse(JSON.parse(stdout)).deployment;
    const found = resources.find((one) => one.type === type) ?? assert.fail(`${stack} has no ${type}`);
    return { ...found, id: found.id ?? assert.fail(`${type} has no id`) };
  }

  /** The ids of what outlives the stacks. */
  const kept = async () => ({
    address: (await resourceOf(exchange, "aws:ec2/eip:Eip")).id,
    volume: (await resourceOf("sender", "aws:ebs/volume:Volume")).id,
  });

  /** As docs/deploy.md says. @returns when the host was still there */
  async function destroy(...stacks: readonly string[]): Promise<number> {
    const last = await caughtUp(now());
    const { id, inputs } = await resourceOf("sender", association);
    const { __defaults, region: _region, tagsAll, ...known } = inputs;
    await sandbox.world.cloud("update", {
      ...{ ...asDeployer, type: association, id },
      inputs: { ...known, tags: tagsAll, mutationProtection: "DISABLED" },
    });
    for (const stack of stacks) {
      await pulumi().must(["state", "unprotect", "--all", "--yes", "-s", stack]);
      await pulumi().must(["destroy", ...of(stack)]);
    }
    return last;
  }

  /** The key of the intermediate went with the state: the same root signs another one. */
  async function comeBack(generation: number): Promise<void> {
    await configuration.set("pki.generations.intermediate", `${generation}`);
    await pulumi().must(["up", ...of("sender")]);
    await signAnother(sandbox, "sender");
    await pulumi().must(["up", ...of("sender")]);
    await scrapesAgain("sender", now());
  }

  const contract = async () => (await pulumi().must(["stack", "output", "contract", "--json", "-s", "sender"])).stdout;

  it("comes back with its address, its root and its data, and nothing is missing; its peer does nothing", async () => {
    await upForAWhile();
    const [before, { address, volume }] = [await contract(), await kept()];
    const from = beforehand();
    const end = await destroy("sender", exchange);
    await ofExchange.set("shows.addressAllocations[0]", address);
    await configuration.set("host.dataVolumeId", volume);
    await pulumi().must(["up", ...of(exchange)]);
    await comeBack(2);
    assert.deepEqual(await kept(), { address, volume });
    assert.equal(await contract(), before);
    assert.ok((await stored("sender", end)).length > 0, "the samples from before are not there");
    await caughtUp(now());
    await nothingMissing(from, 1000);
    for (const [stack, key] of [
      [exchange, "shows.addressAllocations"] as const,
      ["sender", "host.dataVolumeId"] as const,
    ]) {
      await pulumi().must(["config", "rm", "-s", stack, "--path", `metrics-link:${key}`]);
      await pulumi().must(["preview", "-s", stack, "--expect-no-changes"]);
    }
  });

  it("comes back in another zone, from a snapshot, with what it had by then", async () => {
    const { address, volume } = await kept();
    const had = await caughtUp(now());
    const samples = await stored("sender", had);
    const snapshot =
      (await takeSnapshots(sandbox, accounts.sender)).get(volume) ?? assert.fail("no snapshot was taken");
    await destroy("sender");
    // The disk is out of reach with its zone.
    await sandbox.world.cloud("delete", {
      ...{ ...asAdministrator, type: "aws:ebs/volume:Volume", id: volume },
    });
    await configuration.set("network.zones[0]", "eu-west-1c");
    await configuration.set("host.dataVolumeSnapshotId", snapshot);
    await comeBack(3);
    const found = await kept();
    assert.equal(found.address, address);
    assert.notEqual(found.volume, volume);
    assert.deepEqual(await stored("sender", had), samples);
    await caughtUp(now());
    const since = beforehand();
    await nothingMissing(since, 100);
  });
});
