/** One sandbox, alive: moto, the cloud, the realiser and the services, wired together. */
import { mkdirSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { cacheDirectory } from "@metrics-link/release";
import type { AwsApi } from "../cloud/api.ts";
import { ALERTMANAGER_SERVICE } from "../cloud/catalogue.ts";
import { type Authorisation, Cloud, enforcedBy } from "../cloud/index.ts";
import type { Layout } from "../model/layout.ts";
import type { Topology } from "../model/topology.ts";
import { Realiser } from "../realiser/index.ts";
import { Alertmanager } from "../services/alertmanager/alertmanager.ts";
import { awsAuthority, openAuthority } from "../services/authority.ts";
import { type Entrance, type FrontOptions, frontListener } from "../services/front/front.ts";
import { RoleCredentialsSource } from "../services/imds/credentials.ts";
import { type Moto, startMoto } from "../services/moto/moto.ts";
import { awsNames, Services } from "../services/services.ts";
import { Agents } from "../services/ssm/agents.ts";
import { RunCommand } from "../services/ssm/run-command.ts";
import { accounts, deployRole, region, sides } from "./accounts.ts";
import { hostImage, makePulumiHome, refuseForgottenCloud } from "./files.ts";
import { HostWatch } from "./host-watch.ts";
import { listenOnLoopback, listenOnSocket } from "./listen.ts";
import { withNeighbours } from "./neighbours.ts";
import { accountsAreNew, adminOf, peopleOf } from "./people.ts";
import type { HostStatus, WorldStatus } from "./protocol.ts";
import { deployRights, managedPolicies } from "./rights.ts";
import { worldListener } from "./routes.ts";
import { type NeighbourOf, newSettings, readSettings, type Settings, writeSettings } from "./settings.ts";
import { makeStateKeys } from "./state-keys.ts";

export interface WorldHooks {
  readonly log: (line: string) => void;
  readonly progress: (text: string) => void;
  /** After an orderly end. */
  readonly onStopped: () => void;
  /** A process that the world needs has ended. */
  readonly onBroken: (reason: string) => void;
}

interface Parts {
  readonly moto: Moto;
  readonly alertmanager: Alertmanager;
  readonly cloud: Cloud;
  /** Whether IAM lets the provider's caller do what it asks the cloud for. */
  readonly authorisation: Authorisation;
  readonly realiser: Realiser;
  readonly services: Services;
  readonly agents: Agents;
  readonly watch: HostWatch;
  readonly commands: RunCommand;
}

export class World {
  readonly layout: Layout;
  readonly #hooks: WorldHooks;
  readonly #parts: Parts;
  readonly #startedAt = new Date();
  readonly #servers: http.Server[] = [];
  #settings: Settings;
  #stopping: Promise<void> | undefined;

  private constructor(layout: Layout, hooks: WorldHooks, parts: Parts, settings: Settings) {
    this.layout = layout;
    this.#hooks = hooks;
    this.#parts = parts;
    this.#settings = settings;
  }

  /** Brings the sandbox to life; everything that its record describes is realised before this resolves. */
  static async start(layout: Layout, hooks: WorldHooks): Promise<World> {
    const { log, progress } = hooks;
    refuseForgottenCloud(layout);
    const settings = readSettings(layout) ?? newSettings();
    writeSettings(layout, settings);
    mkdirSync(layout.backend, { recursive: true });
    makePulumiHome(layout);
    progress("starting the AWS API");
    const python = join(cacheDirectory(), "bin", "moto-python");
    const newAccounts = accountsAreNew();
    const alertmanager = new Alertmanager({
      program: join(cacheDirectory(), "bin", "alertmanager"),
      directory: layout.alertmanager,
      dnsName: ALERTMANAGER_SERVICE.privateDnsName,
      log,
    });
    const [authority, moto] = await Promise.all([
      openAuthority(layout.authorityDirectory, awsAuthority),
      startMoto({
        python,
        seed: settings.seed,
        accounts: sides.map((side) => accounts[side]),
        toolsAccount: accounts.tools,
        deployRole,
        newAccounts,
        policies: managedPolicies,
        deployRights,
        log: join(layout.directory, "moto.log"),
      }),
      alertmanager.start(),
    ]);
    const api: AwsApi = { endpoint: moto.endpoint, admin: (account) => adminOf(moto, account) };
    const authorisation = enforcedBy(api, python);
    const [cloud, secretsProviders] = await Promise.all([
      Cloud.open({ file: layout.cloudFile, api, authorise: authorisation.authorise }),
      newAccounts ? undefined : makeStateKeys(api),
    ]);
    const credentials = new RoleCredentialsSource({ moto: moto.endpoint, imds: moto.keys.imds, region });
    const realiser: Realiser = new Realiser(layout, {
      imageRoot: hostImage(),
      authorityCertificate: layout.authorityCertificate,
      beforeBoot: (topology) => services.reconcile(topology),
    });
    const watch = new HostWatch(realiser.hosts, log);
    const commands: RunCommand = new RunCommand({
      instances: (account, inRegion) => instancesOf(services.topology, account, inRegion),
      booted: (instance) => watch.booted(instance.id),
      exec: (instance, argv, options) => realiser.hosts.exec(instance.id, argv, options),
    });
    const front: FrontOptions = {
      moto: moto.endpoint,
      completions: [commands],
      described: cloud,
      onSecurityGroupChange: () => cloud.syncSecurityGroups(),
      log,
    };
    const services = new Services({
      layout,
      front,
      credentials,
      endpointService: (service) => (ALERTMANAGER_SERVICE.name.endsWith(`.${service}`) ? alertmanager.port : undefined),
      certificate: await authority.issue(awsNames(region)),
      log,
    });
    const agents = new Agents({
      layout,
      credentials,
      authority: authority.certificate,
      booted: (instance) => watch.booted(instance.id),
      onOff: (instanceId) => commands.forget(instanceId),
      log,
    });
    const parts = { moto, alertmanager, cloud, authorisation, realiser, services, agents, watch, commands };
    const world = new World(layout, hooks, parts, {
      ...settings,
      ...(secretsProviders === undefined ? {} : { secretsProviders }),
    });
    await world.#open(front);
    return world;
  }

  async #open(front: FrontOptions): Promise<void> {
    const { cloud, realiser, services, agents, moto } = this.#parts;
    const { progress } = this.#hooks;
    progress("making the internet");
    const empty = this.#withOthers({ vpcs: [], internetHosts: cloud.topology().internetHosts, prefixLists: {} });
    await realiser.start(empty.internetHosts);
    await services.reconcile(empty);
    cloud.onChange(async (topology) => {
      const complete = this.#withOthers(topology);
      await realiser.realise(complete);
      agents.reconcile(complete);
    });
    await cloud.settle();
    const api = http.createServer(frontListener(front, deployerEntrance));
    const frontPort = await listenOnLoopback(api, this.#settings.frontPort);
    this.#save({ ...this.#settings, frontPort, ...peopleOf(moto) });
    const own = http.createServer(worldListener(this, { cloud, realiser, log: this.#hooks.log }));
    await listenOnSocket(own, this.layout.socket);
    this.#servers.push(api, own);
    void moto.exited.then((how) => this.#stopping ?? this.#hooks.onBroken(how));
  }

  /** Ends everything that runs and removes what it made in the kernel; files stay. */
  stop(): Promise<void> {
    this.#stopping ??= this.#close();
    return this.#stopping;
  }

  async #close(): Promise<void> {
    const { authorisation, realiser, services, agents, watch, moto, alertmanager } = this.#parts;
    this.#hooks.log("ending");
    agents.close();
    watch.close();
    try {
      await realiser.stop();
      await services.close();
    } catch (error) {
      this.#hooks.log(`ending: ${(error as Error).message}; sandbox down removes the rest`);
    }
    authorisation.stop();
    await Promise.all([moto.stop(), alertmanager.stop()]);
    for (const server of this.#servers) server.close();
  }

  /** Ends the process, after `stop` and the answer to its caller. */
  exit(): void {
    this.#hooks.onStopped();
  }

  async status(): Promise<WorldStatus> {
    const { moto, alertmanager, services, realiser } = this.#parts;
    return {
      pid: process.pid,
      startedAt: this.#startedAt.toISOString(),
      front: `http://127.0.0.1:${this.#settings.frontPort}`,
      moto: { endpoint: moto.endpoint, pid: moto.pid },
      alertmanager: { port: alertmanager.port ?? null, pid: alertmanager.pid ?? null },
      accounts,
      hosts: await this.#hostStatus(),
      endpoints: endpointsOf(services.topology),
      targets: realiser.targetHealth(),
      listeners: services.listeners,
    };
  }

  /** Puts a host on the internet, or moves it; kept for the next start. */
  async setInternetHost(name: string, address: string): Promise<void> {
    const others = this.#settings.internetHosts.filter((host) => host.name !== name);
    this.#save({ ...this.#settings, internetHosts: [...others, { name, address }] });
    await this.#parts.realiser.realise(this.#withOthers(this.#parts.cloud.topology()));
  }

  /** Puts a machine beside a host or into a subnet; kept for the next start. */
  async setNeighbour(neighbour: NeighbourOf): Promise<void> {
    const others = (this.#settings.neighbours ?? []).filter(({ name }) => name !== neighbour.name);
    this.#save({ ...this.#settings, neighbours: [...others, neighbour] });
    await this.#parts.realiser.realise(this.#withOthers(this.#parts.cloud.topology()));
  }

  /** Ends the Alertmanager, or starts it again: what a fault does. */
  async setAlertmanager(power: "on" | "off"): Promise<void> {
    const { alertmanager } = this.#parts;
    await (power === "on" ? alertmanager.start() : alertmanager.stop());
  }

  async #hostStatus(): Promise<HostStatus[]> {
    const { realiser, services, commands } = this.#parts;
    const summaries = await realiser.hosts.list();
    return summaries.map(({ name, instanceId, address, state }) => {
      const vpc = services.topology.vpcs.find(({ instances }) => instances.some(({ id }) => id === instanceId));
      const instance = vpc?.instances.find(({ id }) => id === instanceId);
      if (vpc === undefined || instance === undefined) return { name, kind: "internet", state, address };
      return {
        name,
        kind: "instance",
        state,
        address,
        ...(instance.publicAddress !== undefined && { publicAddress: instance.publicAddress }),
        instanceId: instance.id,
        account: vpc.account,
        managed: state === "running" && commands.online(instance),
      };
    });
  }

  /** With the machines that are in no stack: on the internet, and beside hosts. */
  #withOthers(topology: Topology): Topology {
    const { internetHosts: own, neighbours = [] } = this.#settings;
    const given = topology.internetHosts.filter((host) => !own.some(({ name }) => name === host.name));
    return withNeighbours({ ...topology, internetHosts: [...given, ...own] }, neighbours);
  }

  #save(settings: Settings): void {
    this.#settings = settings;
    writeSettings(this.layout, settings);
  }
}

/**
 * The deployer is on the internet, at an address of its own. Its tools talk to the front without TLS,
 * inside this machine; to AWS they would not, so it counts as TLS.
 */
const deployerEntrance: Entrance = {
  way: () => ({ context: { "aws:SecureTransport": "true", "aws:SourceIp": "192.0.2.1" } }),
};

function instancesOf(topology: Topology, account: string, inRegion: string) {
  return topology.vpcs
    .filter((vpc) => vpc.account === account && vpc.region === inRegion)
    .flatMap(({ instances }) => instances);
}

function endpointsOf(topology: Topology): string[] {
  const balancers = topology.vpcs.flatMap(({ loadBalancers }) => loadBalancers);
  return balancers.flatMap(({ nodes, listeners }) =>
    nodes.flatMap(({ publicAddress }) =>
      publicAddress === undefined ? [] : listeners.map(({ port }) => `${publicAddress}:${port}`),
    ),
  );
}
