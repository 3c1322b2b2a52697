/**
 * A host's root disk: the shared image below, what the host wrote above, as an overlay. What it writes lies on a file
 * system of the disk's size, so that it can be full, and can lose what had not reached it when the power went.
 */

import { copyFile, mkdir, readFile, realpath, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LinkError } from "@metrics-link/contract";
import type { Layout } from "../../model/layout.ts";
import { run } from "../command.ts";
import type { HostFiles } from "./files.ts";
import { releaseVolume } from "./volumes.ts";

/** EC2's marker (EC2 user guide, "Identify EC2 instances"): the system UUID begins with ec2. */
const hypervisorUuid = "ec2e1916-9099-7caf-fd21-0123456789ab\n";

export interface RootDiskSources {
  /** The unpacked image, never written to. */
  readonly imageRoot: string;
  /** PEM file of the sandbox's own certificate authority, which every host must trust. */
  readonly authorityCertificate: string;
}

/**
 * Makes the folder of all hosts a mount that is shared. Every host carries a copy of this machine's mounts below its
 * own root (systemd-nspawn moves its root on top of them), and only below a shared mount does an unmount reach the
 * copies: otherwise the disk of one host would stay mounted for as long as any other host runs.
 */
export async function shareMounts(directory: string): Promise<void> {
  if (!(await isMounted(directory))) await run(["mount", "--bind", directory, directory]);
  await run(["mount", "--make-shared", directory]);
}

/** Mounts the root disk of a host; a new host gets an empty one. */
export async function mountRootDisk(
  layout: Layout,
  files: HostFiles,
  sources: RootDiskSources,
  { sizeGiB, resolver }: { readonly sizeGiB: number; readonly resolver: string },
): Promise<void> {
  const trust = await trustLayer(layout, sources);
  if (!(await isMounted(files.root))) {
    await mountDisk(files, sizeGiB);
    await Promise.all([files.root, files.upper, files.work].map((path) => mkdir(path, { recursive: true })));
    await mountOverlay(files.root, [trust, sources.imageRoot], files);
    // What a DHCP client would write.
    await writeFile(join(files.root, "etc/resolv.conf"), `nameserver ${resolver}\n`);
  }
  await writeFile(files.hypervisorUuid, hypervisorUuid);
}

/** Done when the file system is gone: mounted before that, it would be found as it was left. */
export async function unmountRootDisk(files: Pick<HostFiles, "root" | "disk" | "diskImage">): Promise<void> {
  for (const mount of [files.root, files.disk]) if (await isMounted(mount)) await run(["umount", mount]);
  await releaseVolume(files.diskImage);
}

/** Its loop device goes with the mount. */
async function mountDisk({ disk, diskImage }: HostFiles, sizeGiB: number): Promise<void> {
  await mkdir(disk, { recursive: true });
  if (await isMounted(disk)) return;
  if ((await stat(diskImage).catch(() => undefined)) === undefined) {
    const fresh = `${diskImage}.new`;
    await writeFile(fresh, "");
    await truncate(fresh, sizeGiB * 2 ** 30);
    await run(["mkfs.ext4", "-q", "-F", fresh]);
    await rename(fresh, diskImage);
  }
  await run(["mount", "-o", "loop", diskImage, disk]);
}

/** Everything mounted at or below `directory`, innermost first. */
export async function mountsBelow(directory: string): Promise<string[]> {
  return mountPointsIn(await readFile("/proc/self/mountinfo", "utf8"), directory);
}

/** The same of the mounts of a process. Pure: takes its /proc/PID/mountinfo. */
export function mountPointsIn(mountinfo: string, directory: string): string[] {
  const points = mountinfo
    .trim()
    .split("\n")
    .map((line) => unescapeMountPoint(line.split(" ")[4] ?? ""));
  return points.filter((point) => point === directory || point.startsWith(`${directory}/`)).reverse();
}

async function isMounted(point: string): Promise<boolean> {
  const real = await realpath(point).catch(() => point);
  return (await mountsBelow(real)).includes(real);
}

/** proc_pid_mountinfo(5): space, tab, newline and backslash are written as octal numbers. */
const unescapeMountPoint = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

async function mountOverlay(at: string, lower: readonly string[], { upper, work }: { upper: string; work: string }) {
  const awkward = [at, ...lower, upper, work].find((path) => /[:,\\]/.test(path));
  if (awkward) {
    throw new LinkError("SANDBOX_UNUSABLE", {
      what: `overlay mounts cannot have ":", "," or "\\" in a path: ${awkward}`,
      next: "move the cache",
    });
  }
  const options = [`lowerdir=${lower.join(":")}`, `upperdir=${upper}`, `workdir=${work}`];
  await run(["mount", "-t", "overlay", "metrics-link", "-o", options.join(","), at]);
}

/**
 * What the sandbox's authority adds to the image's trust store, made once by the image's own update-ca-certificates and
 * shared by all hosts.
 */
async function trustLayer(layout: Layout, { imageRoot, authorityCertificate }: RootDiskSources): Promise<string> {
  const finished = join(layout.hosts, "trust-layer");
  const certificate = "usr/local/share/ca-certificates/metrics-link-sandbox.crt";
  const wanted = await readFile(authorityCertificate, "utf8");
  const present = await readFile(join(finished, certificate), "utf8").catch(() => undefined);
  if (present === wanted) return finished;

  const scratch = join(layout.hosts, "trust-layer.new");
  await rm(scratch, { recursive: true, force: true });
  const [root, upper, work] = [join(scratch, "root"), join(scratch, "upper"), join(scratch, "work")];
  await Promise.all([root, upper, work].map((path) => mkdir(path, { recursive: true })));
  await mountOverlay(root, [imageRoot], { upper, work });
  try {
    await mkdir(dirname(join(root, certificate)), { recursive: true });
    await copyFile(authorityCertificate, join(root, certificate));
    // In a mount namespace of its own, so that the bound /dev is gone with the command.
    const script = 'mount --rbind /dev "$1/dev" && exec chroot "$1" update-ca-certificates';
    await run(["unshare", "--mount", "--propagation=slave", "sh", "-c", script, "sh", root]);
  } finally {
    await run(["umount", root]);
  }
  await rm(finished, { recursive: true, force: true });
  await rename(upper, finished);
  await rm(scratch, { recursive: true, force: true });
  return finished;
}
