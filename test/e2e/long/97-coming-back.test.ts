/** What a stack leaves when it goes, and how the next one takes it over: same address, same data. */
import assert from "node:assert/strict";
import { exchangeOf } from "@metrics-link/sandbox/cli/stack-files.ts";
import {
  changesNothing,
  comeBack,
  destroy,
  destroyedAndBack,
  keptBy,
  lose,
  now,
  removeKey,
  snapshotOf,
  volumeType,
} from "../support/coming-back.ts";
import { ChangedConfiguration } from "../support/configuration.ts";
import { stored } from "../support/machines.ts";
import { beforehand, caughtUp, nothingMissing } from "../support/samples.ts";
import { needs, world } from "../support/world.ts";

describe("a sender that was destroyed", function () {
  needs(world.link);
  this.timeout(1_200_000);

  it("comes back with its address, its root and its data, and nothing is missing; its peer does nothing", async () => {
    await destroyedAndBack("sender");
    // The keys are needed once.
    const exchange = exchangeOf("sender");
    const keys = { [exchange]: "shows.addressAllocations", sender: "host.dataVolumeId" };
    for (const [stack, key] of Object.entries(keys)) {
      await removeKey(stack, key);
      await changesNothing(stack);
    }
  });

  it("comes back in another zone, from a snapshot, with what it had by then", async () => {
    const configuration = new ChangedConfiguration("sender");
    const { addresses, volume } = await keptBy("sender");
    const had = await caughtUp(now());
    const samples = await stored("sender", had);
    const snapshot = await snapshotOf("sender", volume);
    await destroy("sender", "sender");
    // The disk is out of reach with its zone.
    await lose("sender", volumeType, volume);
    await configuration.set("network.zones[0]", "eu-west-1c");
    await configuration.set("host.dataVolumeSnapshotId", snapshot);
    await comeBack("sender");
    const found = await keptBy("sender");
    assert.deepEqual(found.addresses, addresses);
    assert.notEqual(found.volume, volume);
    assert.deepEqual(await stored("sender", had), samples);
    await caughtUp(now());
    const since = beforehand();
    await nothingMissing(since, 100);
  });
});

describe("a receiver that was destroyed", function () {
  needs(world.link);
  this.timeout(1_200_000);

  it("comes back with its addresses, its root and its data, and its sender kept what it could not send", () =>
    destroyedAndBack("receiver"));
});
