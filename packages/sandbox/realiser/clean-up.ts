/** Ends a sandbox by what this machine shows of it: names with its tag, mounts and loop devices below its folder. */

import { readdir, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { hasCode, LinkError, messageOf } from "@metrics-link/contract";
import type { Layout } from "../model/layout.ts";
import { execute, run } from "./command.ts";
import { holdersOf, unmountElsewhere } from "./holders.ts";
import { cgroupSystem, findGroups, processesBelow, removeGroup } from "./hosts/control-groups.ts";
import { signal } from "./hosts/host.ts";
import { mountsBelow } from "./hosts/root-disk.ts";
import { namespaces } from "./names.ts";
import { deleteNamespaces, listNamespaces } from "./network/apply.ts";
import { until } from "./until.ts";

/** How long each kind of object may take to go. */
const endDeadlineMs = 20_000;

/**
 * Removes every kernel object of a sandbox: processes, control groups, mounts, loop devices, namespaces with their
 * cables. Needs no memory of how they came to be, so it also sweeps up after a crash. The hosts' disks stay.
 * @throws LinkError with all that did not go; what could be removed is removed
 */
export async function releaseKernelObjects(given: Layout, deadlineMs = endDeadlineMs): Promise<void> {
  const layout = await withRealPath(given);
  const failures: unknown[] = [];
  for (const step of [endHosts, releaseMounts, releaseLoopDevices, endNamespaces, removePropagated]) {
    await step(layout, deadlineMs).catch((error: unknown) => failures.push(error));
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) {
    const what = failures.map(messageOf).join("\n");
    throw new LinkError("TIMED_OUT", { what, cause: failures[0] });
  }
}

/** systemd-nspawn keeps a folder per machine name for mounts that it passes on later. */
async function removePropagated(layout: Layout): Promise<void> {
  const propagated = "/run/systemd/nspawn/propagate";
  for (const machine of await readdir(propagated).catch(() => [])) {
    if (machine.startsWith(namespaces(layout).prefix)) await rm(join(propagated, machine), { recursive: true });
  }
}

interface CleanUpOptions {
  readonly keepLogs?: boolean;
  readonly deadlineMs?: number;
}

/** Removes everything of a sandbox, its files included; with `keepLogs`, files called `*.log` stay. */
export async function cleanUp(layout: Layout, options: CleanUpOptions = {}): Promise<void> {
  await releaseKernelObjects(layout, options.deadlineMs);
  if (!options.keepLogs) return rm(layout.directory, { recursive: true, force: true });
  await removeAllButLogs(layout.directory);
}

/** The kernel reports paths without symbolic links. */
async function withRealPath(layout: Layout): Promise<Layout> {
  return { ...layout, directory: await realpath(layout.directory).catch(() => layout.directory) };
}

async function endHosts(layout: Layout, deadlineMs: number): Promise<void> {
  const system = cgroupSystem();
  const groups = findGroups(system, (name) => name.startsWith(namespaces(layout).prefix));
  const processes = async () => [...new Set((await Promise.all(groups.map(processesBelow))).flat())];
  await until(`the hosts of ${layout.directory} to end`, deadlineMs, async () => {
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
async function releaseMounts(layout: Layout, deadlineMs: number): Promise<void> {
  await unlessHeld(layout, deadlineMs, `the mounts below ${layout.directory} to go`, async () => {
    const mounts = await mountsBelow(layout.directory);
    for (const mount of mounts) await execute(["umount", mount]);
    return mounts.length === 0;
  });
}

/** Waits for what somebody else's copies of the mounts, or open files, keep: takes away the copies, and names who has open files. */
async function unlessHeld(
  layout: Layout,
  deadlineMs: number,
  what: string,
  isDone: () => Promise<boolean>,
): Promise<void> {
  try {
    await until(what, deadlineMs, async () => {
      const hadCopies = await unmountElsewhere(layout.directory);
      return (await isDone()) && !hadCopies;
    });
  } catch (error) {
    const holders = hasCode(error, "TIMED_OUT") ? await holdersOf(layout.directory) : [];
    if (holders.length === 0) throw error;
    throw new LinkError("TIMED_OUT", {
      what: `${messageOf(error)}: they are in use by ${holders.join(", ")}`,
      next: "end these processes, then run: npm run -s sandbox -- down",
      cause: error,
    });
  }
}

async function releaseLoopDevices(layout: Layout, deadlineMs: number): Promise<void> {
  const ours = async () => {
    const listing = await run(["losetup", "--noheadings", "--raw", "--output", "NAME,BACK-FILE"]);
    return listing.split("\n").flatMap((line) => {
      const [device = "", file = ""] = line.split(" ");
      return file.startsWith(`${layout.directory}/`) ? [device] : [];
    });
  };
  await unlessHeld(
    layout,
    deadlineMs,
    `the loop devices on files below ${layout.directory} to be released`,
    async () => {
      const devices = await ours();
      // Those of root disks go by themselves once nothing is mounted, perhaps just now.
      for (const device of devices) await execute(["losetup", "--detach", device]);
      return devices.length === 0;
    },
  );
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
