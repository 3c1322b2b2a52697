import { readdir, readFile } from "node:fs/promises";
import { run } from "@metrics-link/sandbox/realiser/command.ts";
import { cgroupSystem, findGroups } from "@metrics-link/sandbox/realiser/hosts/control-groups.ts";

export interface MachineState {
  readonly namespaces: readonly string[];
  readonly interfaces: readonly string[];
  readonly mounts: readonly string[];
  readonly loopDevices: readonly string[];
  readonly controlGroups: readonly string[];
  readonly machines: readonly string[];
  readonly processes: readonly string[];
}

/** What a sandbox may leave behind on this machine, limited to what carries `mark` in its name. */
export async function machineState(mark: string): Promise<MachineState> {
  const marked = (lines: readonly string[]) => lines.filter((line) => line.includes(mark)).sort();
  const list = async (path: string) => readdir(path).catch(() => []);
  return {
    namespaces: marked(await list("/run/netns")),
    interfaces: marked((await run(["ip", "-brief", "link"])).split("\n")),
    mounts: marked((await readFile("/proc/self/mountinfo", "utf8")).split("\n")),
    loopDevices: marked((await run(["losetup", "--noheadings", "--raw", "--output", "BACK-FILE"])).split("\n")),
    controlGroups: findGroups(cgroupSystem(), (name) => name.includes(mark)),
    machines: marked(await list("/run/systemd/nspawn/propagate")),
    processes: marked((await run(["ps", "-eo", "args"])).split("\n")),
  };
}
