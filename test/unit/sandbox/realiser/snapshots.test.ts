import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { layoutOf } from "@metrics-link/sandbox/model/layout.ts";
import { restoreVolumes, takeSnapshot } from "@metrics-link/sandbox/realiser/hosts/snapshots.ts";
import { volumeFile } from "@metrics-link/sandbox/realiser/hosts/volumes.ts";

describe("a snapshot", () => {
  const cache = mkdtempSync(join(tmpdir(), "snapshots-"));
  const layout = layoutOf(cache, "test", cache);
  const disk = volumeFile(layout, "vol-1");
  const restored = volumeFile(layout, "vol-2");
  const from = (snapshotId: string) => ({
    volumes: [{ volumeId: "vol-2", deviceName: "/dev/sdf", sizeGiB: 1, snapshotId }],
  });
  before(() => {
    mkdirSync(layout.volumes, { recursive: true });
    writeFileSync(disk, "as it was");
    truncateSync(disk, 2 ** 30);
  });
  after(() => rmSync(cache, { recursive: true }));

  it("has what the volume had, stays so, and takes no more room", async () => {
    await takeSnapshot(layout, { id: "snap-1", volumeId: "vol-1" }, undefined);
    writeFileSync(disk, "as it is ", { flag: "r+" });
    await takeSnapshot(layout, { id: "snap-1", volumeId: "vol-1" }, undefined);
    await restoreVolumes(layout, from("snap-1"));
    assert.equal(readFileSync(restored).subarray(0, 9).toString(), "as it was");
    const { size, blocks } = statSync(restored);
    assert.equal(size, 2 ** 30);
    assert.ok(blocks * 512 < 2 ** 20, `${blocks} blocks`);
  });

  it("never replaces the data of a volume that is there", async () => {
    writeFileSync(restored, "later    ", { flag: "r+" });
    await restoreVolumes(layout, from("snap-1"));
    assert.equal(readFileSync(restored).subarray(0, 5).toString(), "later");
  });

  it("that is gone makes no blank volume", async () => {
    rmSync(restored);
    await assert.rejects(restoreVolumes(layout, from("snap-2")), { code: "SANDBOX_REFUSED" });
  });
});
