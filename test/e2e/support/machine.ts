import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** What a sandbox could leave behind on the machine, as lists of names. */
export interface MachineState {
  readonly namespaces: readonly string[];
  readonly mounts: readonly string[];
  readonly loopDevices: readonly string[];
  readonly cgroups: readonly string[];
  readonly processes: readonly string[];
}

/** Reads it from the kernel, without asking the sandbox. Only what carries `tag`, the sandbox's mark, or its folder. */
export function machineState(tag: string, directory: string): MachineState {
  const run = (...[program = "", ...words]: string[]) => execFileSync(program, words, { encoding: "utf8" }).split("\n");
  const ours = (line: string) => line.includes(`ml${tag}`) || line.includes(directory);
  return {
    namespaces: run("ip", "netns", "list").filter(ours),
    mounts: readFileSync("/proc/self/mounts", "utf8").split("\n").filter(ours),
    loopDevices: run("losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE").filter(ours),
    cgroups: run("find", "/sys/fs/cgroup", "-type", "d", "-name", `*ml${tag}*`).filter(Boolean),
    processes: processesOf(tag, directory),
  };
}

/** Processes whose command line names the sandbox, this one left out. */
function processesOf(tag: string, directory: string): string[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        return line.includes(`ml${tag}`) || line.includes(directory) ? [`${pid} ${line}`] : [];
      } catch {
        return [];
      }
    });
}
