/** A data volume that is lost, and restored as docs/deploy.md says. */
import assert from "node:assert/strict";
import {
  changesNothing,
  keptBy,
  lose,
  now,
  removeKey,
  resourceOf,
  snapshotOf,
  update,
  volumeType,
} from "../support/coming-back.ts";
import { ChangedConfiguration } from "../support/configuration.ts";
import { power, scrapesAgain, stored } from "../support/machines.ts";
import { beforehand, caughtUp, comparedBetween, nothingMissing, upForAWhile } from "../support/samples.ts";
import { on, pulumi } from "../support/sandbox.ts";
import { needs, world } from "../support/world.ts";

describe("a receiver whose data volume was lost", function () {
  needs(world.link);
  this.timeout(1_200_000);

  it("has what it had by the snapshot, and gets what is younger from its sender", async () => {
    await upForAWhile();
    const from = beforehand();
    const { volume } = await keptBy("receiver");
    const end = (await caughtUp(now())) - 10;
    const samples = await stored("receiver", end);
    const taken = now();
    const snapshot = await snapshotOf("receiver", volume);
    // Acknowledged, and in no snapshot.
    await caughtUp(now());
    const lost = await power("receiver", "off");
    const attachment = "aws:ec2/volumeAttachment:VolumeAttachment";
    await lose("receiver", attachment, (await resourceOf("receiver", attachment)).id);
    await lose("receiver", volumeType, volume);
    await pulumi().must(["refresh", "--yes", "--skip-preview", "-s", "receiver"]);
    await new ChangedConfiguration("receiver").set("host.dataVolumeSnapshotId", snapshot);
    await update("receiver");
    await scrapesAgain("receiver", now());
    assert.notEqual((await keptBy("receiver")).volume, volume);
    assert.deepEqual(await stored("receiver", end), samples);

    await caughtUp(now());
    const { missing } = await comparedBetween(Math.ceil(taken), Math.floor(lost), () => true);
    assert.ok(missing > 100, `only ${missing} samples went with the volume`);
    const repair = "cd /opt/metrics-link/current && bin/node repair/repair.mjs window --settings repair/settings.json";
    const window = `--from ${Math.floor(taken) - 30} --to ${Math.ceil(now())} --rate 20000`;
    await on("sender", "sh", "-c", `${repair} ${window}`);
    await nothingMissing(from, 1000);
    await removeKey("receiver", "host.dataVolumeSnapshotId");
    await changesNothing("receiver");
  });
});
