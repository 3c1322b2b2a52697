/** Ends a sandbox by what this machine shows of it: names with its tag, mounts and loop devices below its folder. */

import { readdir, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Layout } from "../model/layout.ts";
import { execute, run } from "./command.ts";
import { cgroupSystem, findGroups, processesBelow, removeGroup } from "./hosts/control-groups.ts";
import { signal } from "./hosts/host.ts";
import { mountsBelow } from "./hosts/root-disk.ts";
import { namespaces } from "./names.ts";
import { deleteNamespaces, listNamespaces } from "./network/apply.ts";
import { until } from "./until.ts";

const endDeadlineMs = 20_000;

/**
 * Removes every kernel object of a sandbox: processes, control groups, mounts, loop devices, namespaces with their
 * cables. Needs no memory of how they came to be, so it also sweeps up after a crash. The hosts' disks stay.
 */
export async function releaseKernelObjects(given: Layout): Promise<void> {
  const layout = await withRealPath(given);
  await endHosts(layout);
  await releaseMounts(layout);
  await releaseLoopDevices(layout);
  await endNamespaces(layout);
  // systemd-nspawn keeps a folder per machine name for mounts that it passes on later.
  const propagated = "/run/systemd/nspawn/propagate";
  for (const machine of await readdir(propagated).catch(() => [])) {
    if (machine.startsWith(namespaces(layout).prefix)) await rm(join(propagated, machine), { recursive: true });
  }
}

/** Removes everything of a sandbox, its files included; with `keepLogs`, files called `*.log` stay. */
export async function cleanUp(layout: Layout, options: { readonly keepLogs?: boolean } = {}): Promise<void> {
  await releaseKernelObjects(layout);
  if (!options.keepLogs) return rm(layout.directory, { recursive: true, force: true });
  await removeAllButLogs(layout.directory);
}

/** The kernel reports paths without symbolic links. */
async function withRealPath(layout: Layout): Promise<Layout> {
  return { ...layout, directory: await realpath(layout.directory).catch(() => layout.directory) };
}

async function endHosts(layout: Layout): Promise<void> {
  const system = cgroupSystem();
  const groups = findGroups(system, (name) => name.startsWith(namespaces(layout).prefix));
  const processes = async () => [...new Set((await Promise.all(groups.map(processesBelow))).flat())];
  await until(`the hosts of ${layout.directory} to end`, endDeadlineMs, async () => {
    const left = await processes();
    // Supervisors would start a host again: their group comes first, and every round takes what appeared since.
    for (const supervisor of await supervisors(groups)) signal(supervisor, "SIGKILL");
    for (const pid of left) signal(pid, "SIGKILL");
    return left.length === 0;
  });
  for (const group of groups) await removeGroup(group);
}

async function supervisors(groups: readonly string[]): Promise<number[]> {
  return (await Promise.all(groups.map((group) => processesBelow(join(group, "supervisor"))))).flat();
}

/** A command that a crashed program had started may still be busy in a mount for a moment. */
async function releaseMounts(layout: Layout): Promise<void> {
  await until(`the mounts below ${layout.directory} to go`, endDeadlineMs, async () => {
    const mounts = await mountsBelow(layout.directory);
    for (const mount of mounts) await execute(["umount", mount]);
    return mounts.length === 0;
  });
}

async function releaseLoopDevices(layout: Layout): Promise<void> {
  const ours = async () => {
    const listing = await run(["losetup", "--noheadings", "--raw", "--output", "NAME,BACK-FILE"]);
    return listing.split("\n").flatMap((line) => {
      const [device = "", file = ""] = line.split(" ");
      return file.startsWith(`${layout.directory}/`) ? [device] : [];
    });
  };
  await until(`the loop devices on files below ${layout.directory} to be released`, endDeadlineMs, async () => {
    const devices = await ours();
    // Those of root disks go by themselves once nothing is mounted, perhaps just now.
    for (const device of devices) await execute(["losetup", "--detach", device]);
    return devices.length === 0;
  });
}

/** Processes that were started in a namespace (commands of internet hosts, health checks) end with it. */
async function endNamespaces(layout: Layout): Promise<void> {
  const names = await listNamespaces(namespaces(layout).prefix);
  for (const name of names) {
    for (const pid of (await run(["ip", "netns", "pids", name])).split("\n").filter(Boolean)) {
      if (Number(pid) !== process.pid) signal(Number(pid), "SIGKILL");
    }
  }
  await deleteNamespaces(names);
}

async function removeAllButLogs(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true }).catch(() => [])) {
    const path = join(directory, entry.name);
    if (entry.isDirectory() && !(await isEmptyOfLogs(path))) await removeAllButLogs(path);
    else if (!entry.name.endsWith(".log")) await rm(path, { recursive: true, force: true });
  }
}

async function isEmptyOfLogs(directory: string): Promise<boolean> {
  const files = await readdir(directory, { recursive: true });
  return !files.some((file) => file.endsWith(".log"));
}
