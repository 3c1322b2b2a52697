/** EBS volumes: sparse files behind loop devices, seen by a host as NVMe disks. The data outlives the host. */

import { constants, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LinkError, parseJson } from "@metrics-link/contract";
import { z } from "zod";
import type { Layout } from "../../model/layout.ts";
import type { Instance } from "../../model/topology.ts";
import { execute, run } from "../command.ts";
import { until } from "../until.ts";
import type { ControlGroups } from "./control-groups.ts";
import type { HostFiles } from "./files.ts";

const attachedVolume = z.object({
  volumeId: z.string(),
  /** The NVMe controller's number in the host; 0 is the root disk. It does not change while attached. */
  number: z.int(),
  /** The loop device of this machine. */
  device: z.string(),
});

export type AttachedVolume = Readonly<z.output<typeof attachedVolume>>;

/** The host that volumes are attached to; without a leader it does not run. */
export interface VolumeHolder {
  readonly files: HostFiles;
  readonly groups: ControlGroups;
  readonly leader: number | undefined;
}

/** The device file in the host. */
export const deviceNode = ({ number }: Pick<AttachedVolume, "number">): string => `/dev/nvme${number}n1`;

/** The device file of the root disk. A host may see it and not open it. */
export const rootNode = deviceNode({ number: 0 });

/** EC2 user guide, "Map EBS volumes to NVMe device names": the id without its hyphen is the serial number. */
const deviceLink = (volumeId: string): string =>
  `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volumeId.replace("-", "")}`;

const gibibyte = 2 ** 30;
/** How long a file system may take to reach the disk after its host ended. */
const releaseDeadlineMs = 30_000;

/** Takes from the host the volumes that the instance no longer has. */
export async function detachVolumes(
  layout: Layout,
  instance: Pick<Instance, "id" | "rootVolumeId" | "volumes">,
  { files, groups, leader }: VolumeHolder,
): Promise<void> {
  const wanted = new Set(instance.volumes.map(({ volumeId }) => volumeId));
  const present = await attachedVolumes(files);
  const unwanted = present.filter(({ volumeId }) => !wanted.has(volumeId));
  if (unwanted.length === 0) return;
  for (const volume of unwanted) await detach(layout, instance.id, volume, groups, leader);
  await record(
    files,
    instance.rootVolumeId,
    present.filter((volume) => !unwanted.includes(volume)),
  );
}

/** Gives the host the volumes that the instance has; a running host sees them at once. */
export async function attachVolumes(
  layout: Layout,
  instance: Pick<Instance, "rootVolumeId" | "volumes">,
  { files, groups, leader }: VolumeHolder,
): Promise<AttachedVolume[]> {
  const attached = await attachedVolumes(files);
  for (const { volumeId, sizeGiB } of instance.volumes) {
    await growFile(layout, volumeId, sizeGiB);
    const device = await loopDevice(volumeFile(layout, volumeId));
    const place = attached.findIndex((volume) => volume.volumeId === volumeId);
    const known = attached[place];
    if (known?.device === device) continue;
    // Known by another device: this machine was restarted since.
    const volume = { volumeId, device, number: known?.number ?? freeNumber(attached) };
    if (known) attached[place] = volume;
    else attached.push(volume);
    if (leader !== undefined) await attachLive(volume, groups, leader);
  }
  await record(files, instance.rootVolumeId, attached);
  return attached;
}

/** What a host has attached, by its own record. */
export async function attachedVolumes(files: Pick<HostFiles, "volumes">): Promise<AttachedVolume[]> {
  const text = await readFile(files.volumes, "utf8").catch(() => "[]");
  return parseJson(z.array(attachedVolume), text, files.volumes);
}

/** Lets a host that is about to start open its volumes. */
export async function permitVolumes(volumes: readonly AttachedVolume[], groups: ControlGroups): Promise<void> {
  for (const { device } of volumes) await groups.permitBlockDevice(await deviceNumber(device), true);
}

/** Frees the loop device of a volume's file, and waits until everything written has reached the file. */
export async function releaseVolume(file: string): Promise<void> {
  await until(`the loop device of ${file} to go`, releaseDeadlineMs, async () => {
    const devices = await loopDevices(file);
    // The kernel itself may do it in this moment.
    for (const device of devices) await execute(["losetup", "--detach", device]);
    return devices.length === 0;
  });
}

/** Waits until a volume is unmounted everywhere: the kernel unmounts a little after a host's end. */
export async function unmounted({ volumeId, device }: AttachedVolume): Promise<void> {
  await until(`${volumeId} to be unmounted`, releaseDeadlineMs, async () => {
    try {
      // open(2): of a block device, this fails while a file system on it is mounted.
      await (await open(device, constants.O_RDWR | constants.O_EXCL)).close();
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EBUSY") return false;
      throw error;
    }
  });
}

/** Deletes the data of a volume. */
export async function deleteVolume(layout: Layout, volumeId: string): Promise<void> {
  const file = volumeFile(layout, volumeId);
  await releaseVolume(file);
  await rm(file, { force: true });
}

/** The file behind a volume. */
export const volumeFile = (layout: Layout, volumeId: string): string => join(layout.volumes, `${volumeId}.img`);

/** The loop devices on a file. */
export async function loopDevices(file: string): Promise<string[]> {
  const listing = await run(["losetup", "--noheadings", "--output", "NAME", "--associated", file]);
  return listing.split("\n").filter(Boolean);
}

async function detach(
  layout: Layout,
  instanceId: string,
  { volumeId, device, ...volume }: AttachedVolume,
  groups: ControlGroups,
  leader: number | undefined,
): Promise<void> {
  if (leader !== undefined) {
    const number = await deviceNumber(device);
    const mounts = await readFile(`/proc/${leader}/mountinfo`, "utf8");
    const mount = mounts.split("\n").find((line) => line.split(" ")[2] === number);
    if (mount) {
      throw new LinkError("SANDBOX_REFUSED", {
        what: `volume ${volumeId} is mounted at ${mount.split(" ")[4]} in ${instanceId}`,
        next: "unmount it there or stop the instance",
      });
    }
    const nodes = [deviceLink(volumeId), deviceNode(volume)];
    // A node that was bound at boot is a mount point, one of a live attachment is a plain device file.
    const script = 'rm -f "$1" && { ! mountpoint -q "$2" || umount "$2"; } && rm -f "$2"';
    await inHost(leader, script, nodes);
    await groups.permitBlockDevice(number, false);
  }
  await releaseVolume(volumeFile(layout, volumeId));
}

async function attachLive(volume: AttachedVolume, groups: ControlGroups, leader: number): Promise<void> {
  const number = await deviceNumber(volume.device);
  await groups.permitBlockDevice(number, true);
  const [major = "", minor = ""] = number.split(":");
  const script = [
    'mknod -m 660 "$1" b "$3" "$4"',
    'chgrp disk "$1"',
    "mkdir -p /dev/disk/by-id",
    'ln -sfn "$1" "$2"',
  ].join(" && ");
  const parameters = [deviceNode(volume), deviceLink(volume.volumeId), major, minor];
  await inHost(leader, script, parameters);
}

/** With the host's files but this machine's rights: a host may not make device files for what it may not open. */
async function inHost(leader: number, script: string, parameters: readonly string[]): Promise<void> {
  const enter = ["nsenter", "--target", String(leader), "--mount", "--pid"];
  await run([...enter, "sh", "-c", script, "sh", ...parameters]);
}

async function loopDevice(file: string): Promise<string> {
  const [present] = await loopDevices(file);
  return present ?? (await run(["losetup", "--find", "--show", file])).trim();
}

/** Creates the file, or grows it; EBS volumes never shrink. */
async function growFile(layout: Layout, volumeId: string, sizeGiB: number): Promise<void> {
  const path = volumeFile(layout, volumeId);
  const file = await open(path, "a");
  try {
    const { size } = await file.stat();
    if (size >= sizeGiB * gibibyte) return;
    await file.truncate(sizeGiB * gibibyte);
  } finally {
    await file.close();
  }
  for (const device of await loopDevices(path)) await run(["losetup", "--set-capacity", device]);
}

/** Major and minor number, as `7:3`. */
export async function deviceNumber(device: string): Promise<string> {
  const { rdev } = await stat(device);
  // makedev(3) on Linux: 12 bits of major number above 8 of minor, for loop devices.
  return `${(rdev >> 8) & 0xfff}:${(rdev & 0xff) | ((rdev >> 12) & 0xfff00)}`;
}

async function record(files: HostFiles, rootVolumeId: string, attached: readonly AttachedVolume[]): Promise<void> {
  await writeFile(files.volumes, JSON.stringify(attached, undefined, 2));
  const root = deviceLink(rootVolumeId);
  const links = [
    [root, rootNode],
    // Debian's images have their file system on the first partition, and udev links each of them.
    [`${root}-part1`, `${rootNode}p1`],
    ...attached.map((volume) => [deviceLink(volume.volumeId), deviceNode(volume)]),
  ];
  await writeFile(files.deviceLinks, links.map(([link, node]) => `L+ ${link} - - - - ${node}\n`).join(""));
}

function freeNumber(attached: readonly AttachedVolume[]): number {
  let number = 1;
  while (attached.some((volume) => volume.number === number)) number += 1;
  return number;
}
