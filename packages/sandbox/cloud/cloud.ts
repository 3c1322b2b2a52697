/** The sandbox's AWS: resources of several accounts on one record, kept true in the AWS API and told to listeners. */

import type { Topology } from "../model/topology.ts";
import type { Answer, Call } from "../services/front/query.ts";
import { type AwsApi, type AwsClients, clientsOf } from "./api.ts";
import type { Authorise } from "./authorisation.ts";
import { AwsError, errorBody } from "./aws-error.ts";
import { type AnyAwsResourceType, Scope } from "./aws-resource-type.ts";
import { AWS_RESOURCE_TYPES } from "./aws-resource-types.ts";
import { changesBetween, type Doing, requestsOf, type Subjected } from "./calls/requests.ts";
import { REGION } from "./catalogue.ts";
import { CHANGED } from "./changed.ts";
import { Coalescer, Turns } from "./coalesce.ts";
import { DESCRIBED } from "./described.ts";
import { instance } from "./ec2/instance.ts";
import { observe } from "./ec2/observed-rules.ts";
import { allGroupIds } from "./ec2/security-group.ts";
import { type Seen, see } from "./ec2/seen.ts";
import { type AssumedRole, type Caller, type Credentials, identify } from "./identity.ts";
import type { Resource } from "./resource.ts";
import { Store } from "./store.ts";
import { topologyOf } from "./topology.ts";
import { names } from "./values.ts";

type Values = Resource["inputs"];

/** Whose and which. */
export interface Place {
  readonly account: string;
  readonly region: string;
  /** The ARN of whoever asks: required where there is `authorise`. */
  readonly caller?: string;
  /** The Pulumi type token. */
  readonly type: string;
}

/** A mutation's outcome. `unrealised` says why the world could not follow, though the record stands. */
export interface Outcome {
  readonly outputs: Values;
  readonly unrealised?: string;
}

export interface CloudOptions {
  readonly file: string;
  readonly api: AwsApi;
  readonly now?: () => Date;
  /** Asks IAM whether a caller may make the calls that AWS would get. */
  readonly authorise?: Authorise;
  /** In place of clients made from `api`, for tests. */
  readonly clients?: (account: string, region: string) => AwsClients;
}

export class Cloud {
  readonly #api: AwsApi;
  readonly #store: Store;
  readonly #now: () => Date;
  readonly #authorise: Authorise | undefined;
  readonly #clients: (account: string, region: string) => AwsClients;
  readonly #turns = new Turns();
  readonly #listeners: ((topology: Topology) => Promise<void>)[] = [];
  readonly #realisation = new Coalescer(() => this.#realise());
  /** The topology, as JSON, that all listeners have followed last. */
  #realised = "";
  /** Whether the last attempt failed; then whoever comes next tries again, whatever it changes. */
  #failed = false;

  private constructor(options: CloudOptions) {
    this.#api = options.api;
    this.#store = new Store(options.file);
    this.#clients = options.clients ?? clientsOf(options.api);
    this.#now = options.now ?? (() => new Date());
    this.#authorise = options.authorise;
  }

  /** Opens the record at `options.file`, or begins one. */
  static async open(options: CloudOptions): Promise<Cloud> {
    return new Cloud(options);
  }

  /**
   * Who follows the topology. Every mutation that changes it waits until all listeners have followed a topology that
   * includes the change; buckets, roles and keys are in no topology and wait for nobody.
   */
  onChange(listener: (topology: Topology) => Promise<void>): void {
    this.#listeners.push(listener);
    this.#realised = "";
  }

  topology(): Topology {
    return topologyOf(this.#store.all(), this.#store.rules);
  }

  /** Waits until the listeners have followed the topology as it is now. */
  async settle(): Promise<void> {
    if (this.#described() !== this.#realised) await this.#realisation.run();
  }

  #described(): string {
    return JSON.stringify(this.topology());
  }

  async #realise(): Promise<void> {
    const topology = this.topology();
    const text = JSON.stringify(topology);
    if (text === this.#realised) return;
    try {
      for (const listener of this.#listeners) await listener(topology);
    } catch (error) {
      this.#failed = true;
      throw error;
    }
    this.#failed = false;
    this.#realised = text;
  }

  /** Runs one mutation in its turn; then, outside the turn so that others can go on, waits for the world to follow. */
  async #mutate<T>(work: () => Promise<T>): Promise<{ result: T; unrealised?: string }> {
    const { result, changed } = await this.#turns.take(async () => {
      const before = this.#described();
      const done = await work();
      return { result: done, changed: this.#described() !== before };
    });
    if (!changed && !this.#failed) return { result };
    try {
      await this.settle();
      return { result };
    } catch (thrown) {
      return { result, unrealised: errorBody(thrown).message };
    }
  }

  async create(request: Place & { name: string; inputs: Values }): Promise<Outcome & { id: string }> {
    const resourceType = resourceTypeOf(request.type);
    await this.#allow(request, request, "create");
    const { result, ...rest } = await this.#mutate(async () => {
      const scope = this.#scope(request);
      const { id, outputs, facts = {} } = await resourceType.create(scope, request.inputs, request.name);
      const { account, region, type, name } = request;
      const inputs = resourceType.recorded?.(request.inputs) ?? request.inputs;
      this.#store.put({ account, region, type, id, name, inputs, outputs, facts });
      await this.#observeRules(scope, resourceType);
      return { id, outputs };
    });
    return { ...result, ...rest };
  }

  /** The resource as it is now, which the record then says too; undefined if it is gone. */
  async read(request: Place & { id: string }): Promise<{ inputs: Values; outputs: Values } | undefined> {
    const resourceType = resourceTypeOf(request.type);
    await this.#allow(request, this.#store.get(request), "read");
    const { result } = await this.#mutate(async () => {
      const resource = this.#store.get(request);
      if (resource === undefined || resourceType.read === undefined) return resource;
      const found = await resourceType.read(this.#scope(request), resource);
      if (found === undefined) this.#store.remove(resource);
      else this.#store.put({ ...resource, ...found });
      return found;
    });
    return result && { inputs: result.inputs, outputs: result.outputs };
  }

  async update(request: Place & { id: string; inputs: Values }): Promise<Outcome> {
    const resourceType = resourceTypeOf(request.type);
    const known = this.#store.get(request);
    const updated = known && { id: known.id, inputs: request.inputs, known: known.inputs };
    await this.#allow(request, updated, { changes: changesBetween(known?.inputs ?? {}, request.inputs) });
    const { result, ...rest } = await this.#mutate(async () => {
      const resource = this.#store.get(request);
      if (resource === undefined || resourceType.update === undefined) {
        throw new AwsError(
          "ResourceNotFoundException",
          `${request.type} "${request.id}" does not exist any more: run pulumi refresh`,
        );
      }
      const scope = this.#scope(request);
      const { outputs, facts = resource.facts } = await resourceType.update(scope, resource, request.inputs);
      const inputs = resourceType.recorded?.(request.inputs) ?? request.inputs;
      this.#store.put({ ...resource, inputs, outputs, facts });
      await this.#observeRules(scope, resourceType);
      return { outputs };
    });
    return { ...result, ...rest };
  }

  /** Deletes the resource; one that is gone already is no error. */
  async delete(request: Place & { id: string }): Promise<void> {
    const resourceType = resourceTypeOf(request.type);
    const known = this.#store.get(request);
    await this.#allow(request, known, "delete");
    const instanceId = known && resourceType.stopsBeforeDelete?.(known.inputs);
    if (instanceId !== undefined) await this.setPower(instanceId, "stopped");
    const { unrealised } = await this.#mutate(async () => {
      const resource = this.#store.get(request);
      if (resource === undefined) return;
      const scope = this.#scope(request);
      refuseInUse(scope, resourceType, resource);
      await resourceType.delete?.(scope, resource);
      this.#store.remove(resource);
      await this.#observeRules(scope, resourceType);
    });
    if (unrealised !== undefined) throw new AwsError("RealisationFailed", unrealised);
  }

  /** What an account has, as a describing call of its AWS API shows it. @param action the call, as IAM names it */
  async seen(place: Omit<Place, "type"> & { readonly action: string }): Promise<Seen> {
    const { action, caller, region } = place;
    await this.#authorise?.(caller, [{ action, resource: "*", context: { "aws:RequestedRegion": region } }]);
    return see(this.#scope(place));
  }

  /** Whether the record answers a call of the query protocol, and not moto. */
  answers(service: string, action: string): boolean {
    return DESCRIBED[service]?.[action] !== undefined;
  }

  /** The answer to such a call, after what it changes. @throws AwsError */
  async describe(place: Omit<Place, "type">, service: string, { action, parameters }: Call): Promise<Answer> {
    const change = CHANGED[service]?.[action]?.(this.#scope(place), parameters);
    if (change !== undefined) await this.update({ ...place, ...change });
    const describe = DESCRIBED[service]?.[action];
    if (describe === undefined) throw new AwsError("InvalidAction", `${service} ${action} is not answered here`);
    return describe(this.#scope(place), parameters);
  }

  /** Who these credentials are, after the roles were assumed one after the other. */
  identify(request: { credentials: Credentials; roles: readonly AssumedRole[]; region: string }): Promise<Caller> {
    return identify(this.#api.endpoint, request);
  }

  /** Switches an instance on or off. */
  async setPower(instanceId: string, power: "running" | "stopped"): Promise<void> {
    const { unrealised } = await this.#mutate(async () => {
      const found = this.#store.ofType(instance.type).find((item) => item.id === instanceId);
      if (found === undefined)
        throw new AwsError("InvalidInstanceID.NotFound", `The instance ID '${instanceId}' does not exist`);
      const { ec2 } = this.#clients(found.account, found.region);
      if (power === "running") await ec2.startInstances({ InstanceIds: [instanceId] });
      else await ec2.stopInstances({ InstanceIds: [instanceId] });
      this.#store.put({ ...found, facts: { ...found.facts, power } });
    });
    if (unrealised !== undefined) throw new AwsError("RealisationFailed", unrealised);
  }

  /** Takes over the security group rules of all accounts as the AWS API has them, whoever changed them. */
  async syncSecurityGroups(): Promise<void> {
    const { unrealised } = await this.#mutate(async () => {
      const places = new Map(
        this.#store.all().map(({ account, region }) => [`${account} ${region}`, { account, region }]),
      );
      for (const place of places.values()) await this.#observe(this.#scope(place));
    });
    if (unrealised !== undefined) throw new AwsError("RealisationFailed", unrealised);
  }

  async #observeRules(scope: Scope, resourceType: AnyAwsResourceType): Promise<void> {
    if (/^aws:ec2\/(vpc:|securityGroup|defaultSecurityGroup)|^aws:vpc\/securityGroup/.test(resourceType.type)) {
      await this.#observe(scope);
    }
  }

  async #observe(scope: Scope): Promise<void> {
    const groups = allGroupIds(scope);
    this.#store.observe(groups, await observe(scope, groups));
  }

  /** @throws AwsError if the caller may not do it. What is not there any more, nobody is asked about. */
  async #allow(
    place: Place,
    resource: Omit<Subjected, "place" | "type" | "find"> | undefined,
    doing: Doing,
  ): Promise<void> {
    const { account, caller, type } = place;
    if (this.#authorise === undefined || resource === undefined) return;
    const own = this.#store.all().filter((one) => one.account === account);
    const find = (name: string, of?: string) =>
      own.find((one) => (of === undefined || one.type === of) && (one.id === name || one.outputs.arn === name));
    await this.#authorise(caller, requestsOf({ ...resource, place, type, find }, doing));
  }

  #scope({ account, region }: { account: string; region: string }): Scope {
    if (region !== REGION)
      throw new AwsError("InvalidRegion", `the sandbox has the region ${REGION} only, not ${region}`);
    return new Scope({ account, region }, this.#store, this.#clients(account, region), this.#now);
  }
}

function resourceTypeOf(type: string): AnyAwsResourceType {
  const resourceType = AWS_RESOURCE_TYPES.get(type);
  if (resourceType === undefined)
    throw new AwsError("NotModelled", `resource type ${type} is not modelled by the sandbox`);
  return resourceType;
}

function refuseInUse(scope: Scope, { blockedBy }: AnyAwsResourceType, resource: Resource): void {
  const blocker = scope
    .everything()
    .find((other) => blockedBy?.types.includes(other.type) && names(other.inputs, resource.id));
  if (blockedBy === undefined || blocker === undefined) return;
  throw new AwsError(blockedBy.code, blockedBy.message(resource.id, `${blocker.type.split(":").at(-1)} ${blocker.id}`));
}
