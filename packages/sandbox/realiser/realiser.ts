import type { Layout } from "../model/layout.ts";
import type { InternetHost, Topology } from "../model/topology.ts";
import { releaseKernelObjects } from "./clean-up.ts";
import { HealthMonitor, type TargetHealth } from "./health.ts";
import { Hosts } from "./hosts/hosts.ts";
import type { RootDiskSources } from "./hosts/root-disk.ts";
import { type NamespaceNames, namespaces } from "./names.ts";
import { NetworkApplier } from "./network/apply.ts";
import { networkOf } from "./network/network.ts";

export interface RealiserOptions extends RootDiskSources {
  /**
   * Called with each topology once its network is there and before any host boots: the time to listen in new VPCs,
   * since a host asks the metadata service first.
   */
  readonly beforeBoot?: (topology: Topology) => Promise<void>;
}

/** Makes a topology real on this machine. Needs root. One per sandbox at a time. */
export class Realiser {
  readonly hosts: Hosts;
  readonly #layout: Layout;
  readonly #names: NamespaceNames;
  readonly #beforeBoot: (topology: Topology) => Promise<void>;
  readonly #network: NetworkApplier;
  readonly #health: HealthMonitor;
  #topology: Topology = { vpcs: [], internetHosts: [], prefixLists: {} };
  /** Changes are made one after another. */
  #queue: Promise<void> = Promise.resolve();

  constructor(layout: Layout, options: RealiserOptions) {
    this.#layout = layout;
    this.#names = namespaces(layout);
    this.#beforeBoot = options.beforeBoot ?? (async () => {});
    this.#network = new NetworkApplier(this.#names.prefix);
    this.#health = new HealthMonitor(this.#names, () => void this.#rebalance());
    this.hosts = new Hosts(layout, options);
  }

  /**
   * Makes the internet and the hosts on it, so that services can listen there. What a former process left running
   * stays connected.
   */
  async start(internetHosts: readonly InternetHost[]): Promise<void> {
    const network = networkOf(this.#names, { vpcs: [], internetHosts, prefixLists: {} }, new Set());
    return this.#enqueue(() => this.#network.apply(network, { keep: true }));
  }

  /**
   * Makes the world what the topology says, the whole of it each time; idempotent. Hosts that a former process left
   * running are taken over as they are. Done when every host that should run has its first process.
   */
  async realise(topology: Topology): Promise<void> {
    return this.#enqueue(async () => {
      const network = networkOf(this.#names, topology, this.#health.healthy());
      await this.hosts.retire(topology);
      await this.#network.apply(network);
      this.#topology = topology;
      await this.#beforeBoot(topology);
      await this.#network.prune(network);
      this.#health.follow(topology);
      await this.hosts.boot(topology);
    });
  }

  /** The health of every target of every load balancer. */
  targetHealth(): TargetHealth[] {
    return this.#health.states();
  }

  /** Ends the hosts and removes namespaces, cables, mounts, loop devices and control groups. Disks and volumes stay. */
  async stop(): Promise<void> {
    this.#health.stop();
    return this.#enqueue(() => releaseKernelObjects(this.#layout));
  }

  async #rebalance(): Promise<void> {
    await this.#enqueue(() =>
      this.#network.apply(networkOf(this.#names, this.#topology, this.#health.healthy())),
    ).catch((error: Error) => console.error(`cannot change the targets of a load balancer: ${error.message}`));
  }

  #enqueue(change: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(change);
    this.#queue = done.catch(() => {});
    return done;
  }
}
