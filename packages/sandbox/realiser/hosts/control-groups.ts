/**
 * Control groups: they keep a host's processes apart (without groups of their own, two hosts would share one), tell
 * which processes belong to it after a crash, and limit the devices that root in it may open.
 */

import { readdirSync, readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { LinkError } from "@metrics-link/contract";

/** A mounted cgroup hierarchy, and the group in it below which hosts get theirs. */
interface Hierarchy {
  readonly kind: "unified" | "systemd" | "devices" | "pids" | "memory";
  readonly mount: string;
  /** The hierarchy's root, so that any process finds them again. For memory this process's group: its limit holds. */
  readonly parent: string;
}

export interface CgroupSystem {
  /** 1 also for the hybrid set-up, where controllers are in version 1 hierarchies. */
  readonly version: 1 | 2;
  readonly hierarchies: readonly Hierarchy[];
}

/** The part of a host's group that its processes are in. One level below the limits, so that they cannot lift them. */
const inner = "h";
const supervisorGroup = "supervisor";
const ourService = /^metrics-link-[a-z-]+\.service$/;

/** null, zero, full, random, urandom, tty, console, ptmx, pts, tun: what a host needs besides its volumes. */
const allowedDevices = ["1:3", "1:5", "1:7", "1:8", "1:9", "5:0", "5:1", "5:2", "136:*", "10:200"];

/** Which hierarchies this machine has. Pure: takes /proc/self/mountinfo and /proc/self/cgroup. */
export function parseCgroupSystem(mountinfo: string, cgroup: string): CgroupSystem {
  const [, ownMemoryGroup = "/"] = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(cgroup) ?? [];
  const mounts = mountinfo
    .trim()
    .split("\n")
    .map((line) => {
      const [before = "", after = ""] = line.split(" - ");
      const [type = "", , options = ""] = after.split(" ");
      return { mount: before.split(" ")[4] ?? "", type, options: options.split(",") };
    });
  const unified = mounts.find(({ type }) => type === "cgroup2");
  const legacy = (kind: "systemd" | "devices" | "pids" | "memory"): Hierarchy[] => {
    const controller = kind === "systemd" ? "name=systemd" : kind;
    const mount = mounts.find(({ type, options }) => type === "cgroup" && options.includes(controller))?.mount;
    return mount ? [{ kind, mount, parent: kind === "memory" ? join(mount, ownMemoryGroup) : mount }] : [];
  };
  const first = legacy("systemd");
  if (first.length === 0) {
    if (!unified) {
      throw new LinkError("SANDBOX_UNUSABLE", {
        what: "no cgroup hierarchy is mounted",
        next: "mount cgroup2 on /sys/fs/cgroup",
      });
    }
    return { version: 2, hierarchies: [{ kind: "unified", mount: unified.mount, parent: unified.mount }] };
  }
  return {
    version: 1,
    hierarchies: [
      ...first,
      ...(unified ? [{ kind: "unified" as const, mount: unified.mount, parent: unified.mount }] : []),
      ...legacy("devices"),
      ...legacy("pids"),
      ...legacy("memory"),
    ],
  };
}

export function cgroupSystem(): CgroupSystem {
  return parseCgroupSystem(readFileSync("/proc/self/mountinfo", "utf8"), readFileSync("/proc/self/cgroup", "utf8"));
}

/** The groups of one host. */
export class ControlGroups {
  readonly #system: CgroupSystem;
  readonly #name: string;

  constructor(system: CgroupSystem, machine: string) {
    this.#system = system;
    this.#name = machine;
  }

  /** Makes the groups; gives the files to write a process id to, for the host and for its supervisor. */
  async create(): Promise<{ host: string[]; supervisor: string }> {
    const host: string[] = [];
    for (const hierarchy of this.#system.hierarchies) {
      const group = join(hierarchy.parent, this.#name);
      const existed = await readdir(group).catch(() => undefined);
      await mkdir(group, { recursive: true });
      // Limits can only be set while there is no group below.
      if (hierarchy.kind === "devices" && !existed?.includes(inner)) await limitDevices(group);
      await mkdir(join(group, inner), { recursive: true });
      host.push(join(group, inner, "cgroup.procs"));
    }
    const supervisor = join(this.#tracking, supervisorGroup);
    await mkdir(supervisor, { recursive: true });
    return { host, supervisor: join(supervisor, "cgroup.procs") };
  }

  /** Lets the host open a block device, or no longer. Version 2 has no such list; see the README. */
  async permitBlockDevice(device: string, permitted: boolean): Promise<void> {
    const devices = this.#system.hierarchies.find(({ kind }) => kind === "devices");
    if (!devices) return;
    const group = join(devices.parent, this.#name);
    const [outer, innermost] = [group, join(group, inner)];
    const file = permitted ? "devices.allow" : "devices.deny";
    for (const level of permitted ? [outer, innermost] : [innermost, outer]) {
      await writeFile(join(level, file), `b ${device} rwm`);
    }
  }

  /** All processes of the host, without its supervisor. */
  async processes(): Promise<number[]> {
    return processesBelow(join(this.#tracking, inner));
  }

  /** Whether a process is one of the host's. */
  async has(pid: number): Promise<boolean> {
    const groups = await readFile(`/proc/${pid}/cgroup`, "utf8").catch(() => "");
    return groups.split("\n").some((line) => `${line}/`.includes(`/${this.#name}/${inner}/`));
  }

  /** Whether the kernel's memory controller is in a hierarchy that systemd in the host does not see. */
  get systemdLimitsNoMemory(): boolean {
    return this.#innerOf("memory") !== undefined && this.#services !== undefined;
  }

  /** The link's services that run, as systemd in the host keeps their processes apart. */
  async services(): Promise<{ readonly unit: string; readonly processes: number[] }[]> {
    const running = (await subdirectories(this.#services ?? "")).filter((path) => ourService.test(basename(path)));
    const found = running.map(async (path) => ({ unit: basename(path), processes: await processesBelow(path) }));
    return (await Promise.all(found)).filter(({ processes }) => processes.length > 0);
  }

  /** Removes the groups, wherever a former process made them. All processes must have ended. */
  async remove(): Promise<void> {
    for (const group of findGroups(this.#system, (name) => name === this.#name)) await removeGroup(group);
  }

  get #tracking(): string {
    const [first] = this.#system.hierarchies;
    return join(first?.parent ?? "", this.#name);
  }

  get #services(): string | undefined {
    const unified = this.#innerOf("unified");
    return unified && join(unified, "payload/system.slice");
  }

  #innerOf(kind: Hierarchy["kind"]): string | undefined {
    const found = this.#system.hierarchies.find((hierarchy) => hierarchy.kind === kind);
    return found && join(found.parent, this.#name, inner);
  }
}

/** Every group on this machine whose name is wanted. */
export function findGroups(system: CgroupSystem, wanted: (name: string) => boolean): string[] {
  const search = (directory: string): string[] =>
    subdirectoriesSync(directory).flatMap((path) => (wanted(basename(path)) ? [path] : search(path)));
  return system.hierarchies.flatMap(({ mount }) => search(mount));
}

/** The processes in a group and in all groups below it; none if it is gone. */
export async function processesBelow(group: string): Promise<number[]> {
  const own = await readFile(join(group, "cgroup.procs"), "utf8").catch(() => "");
  const below = await Promise.all((await subdirectories(group)).map(processesBelow));
  return [...own.split("\n").filter(Boolean).map(Number), ...below.flat()];
}

/** Removes a group with all groups below it. Its processes must have ended. */
export async function removeGroup(group: string): Promise<void> {
  for (const child of await subdirectories(group)) await removeGroup(child);
  await rmdir(group).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") {
      throw new LinkError("COMMAND_FAILED", {
        what: `cannot remove control group ${group}: ${error.message}`,
        cause: error,
      });
    }
  });
}

async function limitDevices(group: string): Promise<void> {
  await writeFile(join(group, "devices.deny"), "a");
  for (const device of allowedDevices) await writeFile(join(group, "devices.allow"), `c ${device} rwm`);
}

async function subdirectories(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(directory, name));
}

function subdirectoriesSync(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(directory, name));
  } catch (error) {
    // Other people's groups come and go while this reads.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
