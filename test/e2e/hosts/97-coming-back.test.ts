/** What a stack leaves when it goes, and how the next one takes it over: same address, same data. */
import assert from "node:assert/strict";
import { signAnother } from "@metrics-link/sandbox/cli/ceremony.ts";
import { takeSnapshots } from "@metrics-link/sandbox/testing/snapshots.ts";
import { accounts } from "@metrics-link/sandbox/world/accounts.ts";
import { z } from "zod";
import { ChangedConfiguration } from "../support/configuration.ts";
import { scrapesAgain, stored } from "../support/machines.ts";
import { beforehand, caughtUp, nothingMissing, upForAWhile } from "../support/samples.ts";
import { pulumi, sandbox } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

const exported = z.object({
  deployment: z.object({ resources: z.array(z.object({ type: z.string(), id: z.string().optional() })) }),
});
const now = () => Date.now() / 1000;
const sender = ["-s", "sender", "--yes", "--skip-preview"];

describe("a sender that was destroyed", function () {
  needs(world.link);
  this.timeout(1_200_000);
  let configuration: ChangedConfiguration;
  before(() => {
    configuration = new ChangedConfiguration("sender");
  });

  /** The ids of what outlives the stack. */
  async function kept(): Promise<{ readonly address: string; readonly volume: string }> {
    const { stdout } = await pulumi().must(["stack", "export", "-s", "sender"]);
    const { resources } = exported.parse(JSON.parse(stdout)).deployment;
    const idOf = (type: string) => resources.find((one) => one.type === type)?.id ?? assert.fail(`no ${type}`);
    return { address: idOf("aws:ec2/eip:Eip"), volume: idOf("aws:ebs/volume:Volume") };
  }

  /** As docs/deploy.md says. @returns when the host was still there */
  async function destroy(): Promise<number> {
    const last = await caughtUp(now());
    await pulumi().must(["state", "unprotect", "--all", "--yes", "-s", "sender"]);
    await pulumi().must(["destroy", ...sender]);
    return last;
  }

  /** The key of the intermediate went with the state: the same root signs another one. */
  async function comeBack(generation: number): Promise<void> {
    await configuration.set("pki.generations.intermediate", `${generation}`);
    await pulumi().must(["up", ...sender]);
    await signAnother(sandbox, "sender");
    await pulumi().must(["up", ...sender]);
    await scrapesAgain("sender", now());
  }

  const contract = async () => (await pulumi().must(["stack", "output", "contract", "--json", "-s", "sender"])).stdout;

  it("comes back with its address, its root and its data, and nothing is missing; its peer does nothing", async () => {
    await upForAWhile();
    const [before, { address, volume }] = [await contract(), await kept()];
    const from = beforehand();
    const end = await destroy();
    await configuration.set("network.addressAllocations[0]", address);
    await configuration.set("host.dataVolumeId", volume);
    await comeBack(2);
    assert.deepEqual(await kept(), { address, volume });
    assert.equal(await contract(), before);
    assert.ok((await stored("sender", end)).length > 0, "the samples from before are not there");
    await caughtUp(now());
    await nothingMissing(from, 1000);
    for (const key of ["network.addressAllocations", "host.dataVolumeId"]) {
      await pulumi().must(["config", "rm", "-s", "sender", "--path", `metrics-link:${key}`]);
    }
    await pulumi().must(["preview", "-s", "sender", "--expect-no-changes"]);
  });

  it("comes back in another zone, from a snapshot, with what it had by then", async () => {
    const { address, volume } = await kept();
    const had = await caughtUp(now());
    const samples = await stored("sender", had);
    const snapshot =
      (await takeSnapshots(sandbox, accounts.sender)).get(volume) ?? assert.fail("no snapshot was taken");
    await destroy();
    // The disk is out of reach with its zone.
    await sandbox.world.cloud("delete", {
      ...{ account: accounts.sender, region: "eu-west-1", type: "aws:ebs/volume:Volume", id: volume },
    });
    await configuration.set("network.addressAllocations[0]", address);
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
