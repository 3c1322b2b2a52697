/** All hosts of a sandbox: realises the topology and finds hosts by name. */

import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { LinkError } from "@metrics-link/contract";
import type { Layout } from "../../model/layout.ts";
import type { Instance, InternetHost, Snapshot, Topology, Vpc } from "../../model/topology.ts";
import { type CommandResult, execute } from "../command.ts";
import { namespaces } from "../names.ts";
import { resolverAddress } from "../network/addressing.ts";
import { type CgroupSystem, cgroupSystem } from "./control-groups.ts";
import {
  type ExecOptions,
  execInHost,
  internetHostCommand,
  shellCommand,
  systemdReady,
  writeInternetResolver,
} from "./exec.ts";
import { Host, type HostState } from "./host.ts";
import { mountRootDisk, type RootDiskSources, shareMounts, unmountRootDisk } from "./root-disk.ts";
import { restoreVolumes, takeSnapshot } from "./snapshots.ts";
import { UnitMemory } from "./unit-memory.ts";
import { attachVolumes, deleteVolume, detachVolumes } from "./volumes.ts";

export interface HostSummary {
  /** The Name tag of an instance, or the name of an internet host. */
  readonly name: string;
  /** Absent for internet hosts. */
  readonly instanceId?: string;
  readonly address: string;
  readonly state: HostState;
}

export type PowerAction = "on" | "off" | "kill" | "reboot";

interface Placed {
  readonly instance: Instance;
  readonly vpc: Vpc;
}

export class Hosts {
  readonly #layout: Layout;
  readonly #sources: RootDiskSources;
  readonly #system: CgroupSystem = cgroupSystem();
  readonly #memory = new Map<string, UnitMemory>();
  #placed: readonly Placed[] = [];
  #internetHosts: readonly InternetHost[] = [];

  constructor(layout: Layout, sources: RootDiskSources) {
    this.#layout = layout;
    this.#sources = sources;
  }

  /** Takes note of the topology and ends the hosts that it no longer has, or wants stopped. */
  async retire(topology: Topology): Promise<void> {
    this.#placed = topology.vpcs.flatMap((vpc) => vpc.instances.map((instance) => ({ instance, vpc })));
    const neighbours = topology.vpcs.flatMap((vpc) => vpc.neighbours ?? []);
    this.#internetHosts = [
      ...topology.internetHosts,
      ...neighbours.map(({ name, privateAddress }) => ({ name, address: privateAddress })),
    ];
    await mkdir(this.#layout.hosts, { recursive: true });
    await shareMounts(this.#layout.hosts);
    await mkdir(this.#layout.volumes, { recursive: true });
    const wanted = new Map(this.#placed.map(({ instance }) => [instance.id, instance]));
    const present = (await readdir(this.#layout.hosts)).filter((name) => name.startsWith("i-"));
    await Promise.all(
      present.map(async (id) => {
        const instance = wanted.get(id);
        if (!instance) await this.#terminate(id);
        else if (instance.power === "stopped" && !(await this.#host(id).stopper())) await this.#host(id).stop("cloud");
      }),
    );
    await this.#releaseVolumes();
  }

  /** Boots the hosts that should run and gives everyone their volumes. The network must be there. */
  async boot(topology: Topology): Promise<void> {
    // One after another up to here, because they share the trust layer and the list of loop devices.
    const starts: (() => Promise<void>)[] = [];
    for (const snapshot of topology.snapshots ?? []) await this.#takeSnapshot(snapshot);
    for (const { instance, vpc } of this.#placed) {
      const host = this.#host(instance.id);
      await mkdir(host.files.directory, { recursive: true });
      await this.#mountRootDisk({ instance, vpc });
      const leader = await host.leader();
      await restoreVolumes(this.#layout, instance);
      const volumes = await attachVolumes(this.#layout, instance, { ...host, leader });
      await host.prepare(volumes);
      const stopper = await host.stopper();
      const off = instance.power === "stopped" || (stopper !== undefined && stopper !== "cloud");
      if (leader === undefined && !off) starts.push(() => host.start(volumes));
    }
    await Promise.all(starts.map((start) => start()));
    await this.#deleteVolumes(topology.volumeIds);
  }

  async list(): Promise<HostSummary[]> {
    const instances = this.#placed.map(async ({ instance: { id, name, privateAddress } }) => ({
      name,
      instanceId: id,
      address: privateAddress,
      state: await this.#host(id).state(),
    }));
    const internet = this.#internetHosts.map((host) => ({ ...host, state: "running" as const }));
    return [...(await Promise.all(instances)), ...internet];
  }

  /** Holds each unit of each host to the memory that it may have; to be called again and again. */
  async limitMemory(): Promise<void> {
    for (const { instance } of this.#placed) {
      const known =
        this.#memory.get(instance.id) ??
        new UnitMemory(this.#host(instance.id).groups, (unit) => this.#memoryMax(instance.id, unit));
      this.#memory.set(instance.id, known);
      await known.enforce();
    }
  }

  async #memoryMax(id: string, unit: string): Promise<string> {
    const asked = ["systemctl", "show", "--property=MemoryMax", "--value", unit];
    const { stdout } = await execute(["nsenter", "--target", `${await this.leader(id)}`, "--all", ...asked]);
    return stdout.trim();
  }

  async state(nameOrId: string): Promise<HostState> {
    return this.#internetHost(nameOrId) ? "running" : this.#host(this.#find(nameOrId).instance.id).state();
  }

  /** The process id, on this machine, of a host's first process. Fails if the host does not run. */
  async leader(nameOrId: string): Promise<number> {
    const { id, name } = this.#find(nameOrId).instance;
    const host = this.#host(id);
    const leader = await host.leader();
    if (leader === undefined) {
      throw new LinkError("SANDBOX_REFUSED", {
        what: `host ${name} (${id}) is ${await host.state()}`,
        next: "turn it on first",
      });
    }
    return leader;
  }

  /** Runs a command as root in a host; in an internet host, with this machine's tools. */
  async exec(nameOrId: string, argv: readonly string[], options: ExecOptions = {}): Promise<CommandResult> {
    const internetHost = this.#internetHost(nameOrId);
    if (!internetHost) return execInHost(await this.leader(nameOrId), argv, options);
    const { environment, ...rest } = options;
    return execute(await this.#internetHostArgv(internetHost, argv), {
      ...rest,
      environment: { ...process.env, ...environment },
    });
  }

  /** The command line of an interactive shell, or of `argv`, in a host; to be spawned with the terminal inherited. */
  async shell(nameOrId: string, argv?: readonly string[]): Promise<string[]> {
    const internetHost = this.#internetHost(nameOrId);
    if (internetHost) return this.#internetHostArgv(internetHost, argv ?? ["bash"]);
    const leader = await this.leader(nameOrId);
    await systemdReady(leader);
    return shellCommand(leader, argv);
  }

  /** The journal of a host, or of one of its units. */
  async logs(nameOrId: string, options: { unit?: string; lines?: number } = {}): Promise<string> {
    const unit = options.unit ? [`--unit=${options.unit}`] : [];
    const argv = ["journalctl", "--no-pager", `--lines=${options.lines ?? 200}`, ...unit];
    const { code, stdout, stderr } = await this.exec(nameOrId, argv);
    if (code !== 0) {
      throw new LinkError("COMMAND_FAILED", {
        what: `journalctl in ${nameOrId} exited with code ${code}: ${stderr}`,
      });
    }
    return stdout;
  }

  /** Everything that a host wrote to its console since it was made, also when it does not run. */
  async console(nameOrId: string): Promise<string> {
    return readFile(this.#host(this.#find(nameOrId).instance.id).files.consoleLog, "utf8");
  }

  /** Turns a host on or off as a person would; the topology stays what it is. */
  async power(nameOrId: string, action: PowerAction): Promise<void> {
    const placed = this.#find(nameOrId);
    const { id } = placed.instance;
    const host = this.#host(id);
    switch (action) {
      case "off":
        return host.stop("operator");
      case "kill":
        await host.kill("operator");
        // What the power cut left of it is found when it is mounted again.
        return unmountRootDisk(host.files);
      case "reboot":
        return host.reboot();
      case "on": {
        if ((await host.leader()) !== undefined) return;
        await this.#mountRootDisk(placed);
        const volumes = await attachVolumes(this.#layout, placed.instance, { ...host, leader: undefined });
        await host.prepare(volumes);
        return host.start(volumes);
      }
    }
  }

  async #takeSnapshot(snapshot: Snapshot): Promise<void> {
    const holder = this.#placed.find(({ instance }) =>
      instance.volumes.some(({ volumeId }) => volumeId === snapshot.volumeId),
    );
    await takeSnapshot(this.#layout, snapshot, holder && (await this.#host(holder.instance.id).leader()));
  }

  #host(id: string): Host {
    return new Host(this.#layout, this.#system, id);
  }

  async #mountRootDisk({ instance, vpc }: Placed): Promise<void> {
    await mountRootDisk(this.#layout, this.#host(instance.id).files, this.#sources, {
      sizeGiB: instance.rootDiskGiB,
      resolver: resolverAddress(vpc.cidr),
    });
  }

  #find(nameOrId: string): Placed {
    const found = this.#placed.find(({ instance }) => instance.id === nameOrId || instance.name === nameOrId);
    if (found) return found;
    const known = [
      ...this.#placed.map(({ instance }) => instance.name),
      ...this.#internetHosts.map(({ name }) => name),
    ];
    throw new LinkError("SANDBOX_REFUSED", {
      what: `no host is called ${nameOrId}`,
      next: `use one of: ${known.join(", ") || "none"}`,
    });
  }

  #internetHost(name: string): InternetHost | undefined {
    return this.#internetHosts.find((host) => host.name === name);
  }

  async #internetHostArgv({ name }: InternetHost, argv: readonly string[]): Promise<string[]> {
    const resolvConf = await writeInternetResolver(this.#layout.directory);
    return internetHostCommand(namespaces(this.#layout).internetHost(name), resolvConf, argv);
  }

  async #terminate(id: string): Promise<void> {
    const host = this.#host(id);
    await host.stop("cloud");
    await detachVolumes(this.#layout, { id, rootVolumeId: "", volumes: [] }, { ...host, leader: undefined });
    await unmountRootDisk(host.files);
    await host.groups.remove();
    await rm(host.files.directory, { recursive: true, force: true });
  }

  /** Detaches first, everywhere, so that a volume can move from one host to another in one step. */
  async #releaseVolumes(): Promise<void> {
    for (const { instance } of this.#placed) {
      const host = this.#host(instance.id);
      await detachVolumes(this.#layout, instance, { ...host, leader: await host.leader() });
    }
  }

  async #deleteVolumes(existing: readonly string[] | undefined): Promise<void> {
    if (!existing) return;
    const attached = this.#placed.flatMap(({ instance }) => instance.volumes.map(({ volumeId }) => volumeId));
    for (const file of await readdir(this.#layout.volumes)) {
      const id = file.replace(/\.img$/, "");
      if (!existing.includes(id) && !attached.includes(id)) await deleteVolume(this.#layout, id);
    }
  }
}
