/** Snapshots of EBS volumes: copies of their sparse files. */

import { existsSync } from "node:fs";
import { mkdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { LinkError } from "@metrics-link/contract";
import type { Layout } from "../../model/layout.ts";
import type { Instance, Snapshot } from "../../model/topology.ts";
import { run } from "../command.ts";
import { deviceNumber, loopDevices, volumeFile } from "./volumes.ts";

const snapshotFile = (layout: Layout, id: string): string => join(layout.snapshots, `${id}.img`);

/**
 * Takes a snapshot, once. EBS has the state of one moment; a copy of a file has not, so writes wait while it is made.
 * @param leader the first process of the running host that has the volume
 */
export async function takeSnapshot(
  layout: Layout,
  { id, volumeId }: Snapshot,
  leader: number | undefined,
): Promise<void> {
  const file = snapshotFile(layout, id);
  if (existsSync(file)) return;
  await mkdir(layout.snapshots, { recursive: true });
  const source = volumeFile(layout, volumeId);
  await whileFrozen(leader, source, () => copySparse(source, `${file}.new`));
  await rename(`${file}.new`, file);
}

/** Makes the files of those volumes of an instance that are new and come from a snapshot. */
export async function restoreVolumes(layout: Layout, { volumes }: Pick<Instance, "volumes">): Promise<void> {
  for (const { volumeId, snapshotId } of volumes) {
    const file = volumeFile(layout, volumeId);
    if (snapshotId === undefined || existsSync(file)) continue;
    const source = snapshotFile(layout, snapshotId);
    if (!existsSync(source)) {
      throw new LinkError("SANDBOX_REFUSED", { what: `the data of ${snapshotId} is not in this sandbox any more` });
    }
    await copySparse(source, `${file}.new`);
    await rename(`${file}.new`, file);
  }
}

const copySparse = (from: string, to: string) => run(["cp", "--sparse=always", "--reflink=auto", from, to]);

async function whileFrozen(leader: number | undefined, file: string, work: () => Promise<unknown>): Promise<void> {
  const mount = leader === undefined ? undefined : await mountPoint(leader, file);
  if (mount === undefined) {
    await work();
    return;
  }
  const turn = (way: string) => run(["nsenter", "--target", `${leader}`, "--mount", "fsfreeze", way, mount]);
  await turn("--freeze");
  try {
    await work();
  } finally {
    await turn("--unfreeze");
  }
}

/** Where a host has mounted the file system of a volume. */
async function mountPoint(leader: number, file: string): Promise<string | undefined> {
  const numbers = await Promise.all((await loopDevices(file)).map(deviceNumber));
  const mounts = (await readFile(`/proc/${leader}/mountinfo`, "utf8")).split("\n").map((line) => line.split(" "));
  return mounts.find(([, , number = ""]) => numbers.includes(number))?.[4];
}
