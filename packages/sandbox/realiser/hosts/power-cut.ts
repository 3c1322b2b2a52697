/** What a power cut does to disks, which killing processes does not: what was not written yet is gone. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../command.ts";
import { deviceNumber, loopDevices } from "./volumes.ts";

/**
 * EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH (fs/ext4/ext4.h): the file system takes nothing more, and neither
 * its journal nor its cached pages are written. Node.js has no ioctl. Each path comes with the number of its device:
 * no other file system must ever be hit.
 */
const shutdownScript = `import fcntl, os, struct, sys
mounts = []
for number, path in zip(sys.argv[1::2], sys.argv[2::2]):
    mount = os.open(path, os.O_RDONLY)
    device = os.fstat(mount).st_dev
    if f"{os.major(device)}:{os.minor(device)}" != number:
        sys.exit(f"{path} is not on device {number}")
    mounts.append(mount)
for mount in mounts:
    fcntl.ioctl(mount, 0x8004587D, struct.pack("I", 2))
`;

/**
 * Takes its disks away from a running host.
 * @param leader the host's first process
 * @param files what is behind the disks
 */
export async function cutPower(leader: number, files: readonly string[]): Promise<void> {
  const devices = (await Promise.all(files.map(loopDevices))).flat();
  const numbers = new Set(await Promise.all(devices.map(deviceNumber)));
  // The root disk is mounted by this machine, data volumes by the host itself.
  const mounts = [
    ...(await mountsOf("self", "/", numbers)),
    ...(await mountsOf(leader, `/proc/${leader}/root`, numbers)),
  ];
  await run(["python3", "-c", shutdownScript, ...mounts.flat()]);
}

/** Device number and path of one mount of each device, as this process reaches it. */
async function mountsOf(
  process: number | "self",
  root: string,
  numbers: ReadonlySet<string>,
): Promise<[number: string, path: string][]> {
  const lines = (await readFile(`/proc/${process}/mountinfo`, "utf8")).split("\n");
  const points = lines.map((line) => line.split(" ")).filter(([, , number = ""]) => numbers.has(number));
  return [...new Map(points.map(([, , number = "", , point = ""]) => [number, join(root, point)]))];
}
