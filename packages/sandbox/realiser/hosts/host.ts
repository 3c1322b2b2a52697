/** One host's processes: start, stop, reboot, and where they are. Keeps nothing in memory, so any process may ask. */

import { spawn } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { LinkError } from "@metrics-link/contract";
import type { Layout } from "../../model/layout.ts";
import { machineName } from "../names.ts";
import { until } from "../until.ts";
import { nspawnCommand, nspawnEnvironment } from "./command-line.ts";
import { type CgroupSystem, ControlGroups } from "./control-groups.ts";
import { type HostFiles, hostFiles } from "./files.ts";
import { cutPower } from "./power-cut.ts";
import {
  type AttachedVolume,
  attachedVolumes,
  deviceNode,
  loopDevices,
  permitVolumes,
  rootNode,
  unmounted,
  volumeFile,
} from "./volumes.ts";

export type HostState = "running" | "stopped" | "failed";

/**
 * Who stopped a host. What the cloud stopped, the cloud starts; what a person or the host itself stopped stays off
 * until a person turns it on, as in EC2.
 */
export type Stopper = "cloud" | "operator" | "guest";

/** systemd(1), "Signals": SIGRTMIN+4 powers off, SIGRTMIN+5 reboots. Linux's SIGRTMIN is 34 for programs. */
const powerOffSignal = 38;
const rebootSignal = 39;

const startDeadlineMs = 20_000;
/** EC2 forces a stop after several minutes; services of a host should be gone well before. */
const powerOffDeadlineMs = 60_000;
const killDeadlineMs = 10_000;

export class Host {
  readonly id: string;
  readonly files: HostFiles;
  readonly groups: ControlGroups;
  readonly #layout: Layout;
  readonly #system: CgroupSystem;

  constructor(layout: Layout, system: CgroupSystem, instanceId: string) {
    this.id = instanceId;
    this.files = hostFiles(layout, instanceId);
    this.groups = new ControlGroups(system, machineName(layout, instanceId));
    this.#layout = layout;
    this.#system = system;
  }

  /** Process id of the host's first process, outside; none if the host does not run. */
  async leader(): Promise<number | undefined> {
    const nspawn = Number(await readFile(this.files.pid, "utf8").catch(() => ""));
    // The process id may have been reused; the control group is certain.
    if (!nspawn || !(await this.groups.has(nspawn))) return undefined;
    const children = await readFile(`/proc/${nspawn}/task/${nspawn}/children`, "utf8").catch(() => "");
    for (const child of children.split(" ").filter(Boolean)) {
      const name = await readFile(`/proc/${child}/comm`, "utf8").catch(() => "");
      if (name.trim() === "systemd") return Number(child);
    }
    return undefined;
  }

  async state(): Promise<HostState> {
    if ((await this.leader()) !== undefined) return "running";
    return (await this.stopper()) ? "stopped" : "failed";
  }

  async stopper(): Promise<Stopper | undefined> {
    const text = await readFile(this.files.stopped, "utf8").catch(() => undefined);
    return text?.trim() as Stopper | undefined;
  }

  /** Writes what the supervisor starts at the next boot, a reboot from inside included. */
  async prepare(volumes: readonly AttachedVolume[]): Promise<void> {
    const [root] = await loopDevices(this.files.diskImage);
    const disks = [
      ...(root === undefined ? [] : [{ device: root, node: rootNode }]),
      ...volumes.map((volume) => ({ device: volume.device, node: deviceNode(volume) })),
    ];
    const command = nspawnCommand(this.#layout, this.id, this.files, disks, this.#system);
    await writeFile(this.files.command, command.map((word) => `${word}\0`).join(""));
  }

  /** Starts the host; done when its first process runs. Its root disk must be mounted and `prepare` done. */
  async start(volumes: readonly AttachedVolume[]): Promise<void> {
    await rm(this.files.stopped, { force: true });
    await this.#clear();
    const groups = await this.groups.create();
    await permitVolumes(volumes, this.groups);
    await writeFile(this.files.groups, groups.host.map((group) => `${group}\n`).join(""));
    const script = fileURLToPath(new URL("supervise.sh", import.meta.url));
    const supervisor = spawn(script, [this.files.directory, groups.supervisor], {
      detached: true,
      stdio: "ignore",
      env: { PATH: process.env.PATH, ...nspawnEnvironment() },
    });
    const ended = new Promise<never>((_, reject) => {
      supervisor.once("error", (cause) => {
        reject(new LinkError("COMMAND_FAILED", { what: `cannot run ${script}: ${cause.message}`, cause }));
      });
      supervisor.once("exit", async (code) => {
        reject(
          new LinkError("COMMAND_FAILED", {
            what: `host ${this.id} ended at once (${code}); its console:\n${await this.consoleTail()}`,
          }),
        );
      });
    });
    supervisor.unref();
    await Promise.race([until(`host ${this.id} to start`, startDeadlineMs, () => this.leader()), ended]);
    ended.catch(() => {});
  }

  /** Shuts the host down, services first; after a minute, hard. */
  async stop(stopper: Stopper): Promise<void> {
    await this.#note(stopper);
    const leader = await this.leader();
    if (leader !== undefined) {
      const ask = reminder(leader, powerOffSignal);
      await until(`host ${this.id} to power off`, powerOffDeadlineMs, async () => {
        ask();
        return (await this.groups.processes()).length === 0;
      }).catch(() => {});
    }
    await this.#clear();
  }

  /** Ends the host as a power cut does: without warning, and what has not reached a disk by then is lost. */
  async kill(stopper: Stopper): Promise<void> {
    await this.#note(stopper);
    const leader = await this.leader();
    const volumes = await attachedVolumes(this.files);
    const disks = [this.files.diskImage, ...volumes.map(({ volumeId }) => volumeFile(this.#layout, volumeId))];
    if (leader !== undefined) await cutPower(leader, disks);
    await this.#clear();
    await Promise.all(volumes.map(unmounted));
  }

  /** Asks the system inside to reboot, and waits until the next one runs. */
  async reboot(): Promise<void> {
    const before = await this.leader();
    if (before === undefined) {
      throw new LinkError("SANDBOX_REFUSED", {
        what: `host ${this.id} is ${await this.state()}`,
        next: "turn it on first",
      });
    }
    const ask = reminder(before, rebootSignal);
    await until(`host ${this.id} to be up again`, powerOffDeadlineMs + startDeadlineMs, async () => {
      ask();
      const now = await this.leader();
      return now !== before && now;
    });
  }

  /** The last lines that the host wrote to its console. */
  async consoleTail(lines = 20): Promise<string> {
    const text = await readFile(this.files.consoleLog, "utf8").catch(() => "");
    return text.split("\n").slice(-lines).join("\n");
  }

  async #note(stopper: Stopper): Promise<void> {
    await mkdir(this.files.directory, { recursive: true });
    await writeFile(this.files.stopped, `${stopper}\n`);
  }

  async #ended(deadlineMs: number): Promise<void> {
    await until(`host ${this.id} to end`, deadlineMs, async () => (await this.groups.processes()).length === 0);
  }

  /** Ends what is left of the host: first the system inside, whose end systemd-nspawn sees, then any straggler. */
  async #clear(): Promise<void> {
    const leader = await this.leader();
    if (leader !== undefined) {
      signal(leader, "SIGKILL");
      await this.#ended(killDeadlineMs).catch(() => {});
    }
    for (const straggler of await this.groups.processes()) signal(straggler, "SIGKILL");
    await this.#ended(killDeadlineMs);
  }
}

/**
 * Sends a signal at the first call and once a second after that: a systemd that has just started does not listen yet,
 * and the kernel drops what a namespace's first process does not listen to.
 */
function reminder(pid: number, what: number): () => void {
  let next = 0;
  return () => {
    if (Date.now() < next) return;
    next = Date.now() + 1000;
    signal(pid, what);
  };
}

/** A process that is gone has no need of a signal. */
export function signal(pid: number, what: NodeJS.Signals | number): void {
  try {
    process.kill(pid, what);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
