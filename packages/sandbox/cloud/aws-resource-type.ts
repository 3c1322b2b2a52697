/**
 * One AWS resource type: its schema, which the provider checks and diffs with in its own process, and its handlers, which
 * run in the world and see the cloud through a Scope. Both stand in one module, so modules of resource types import types
 * of the AWS SDK only: the provider starts fast.
 */
import { randomBytes } from "node:crypto";
import type { CheckFailure } from "../plugins/rpc/check.ts";
import type { Changes } from "../plugins/rpc/diff.ts";
import { type Known, type Previewed, type Properties, withSchemaErased } from "../plugins/rpc/schema.ts";
import type { AwsClients } from "./api.ts";
import { AwsError } from "./aws-error.ts";
import type { Facts, ObservedRule, Resource } from "./resource.ts";
import type { Store } from "./store.ts";

interface Created<O extends Properties> {
  readonly id: string;
  readonly outputs: Known<O>;
  readonly facts?: Facts;
}

export interface AwsResourceType<I extends Properties = Properties, O extends Properties = Properties> {
  /** The Pulumi type token. */
  readonly type: string;
  readonly inputs: I;
  readonly outputs: O;
  /**
   * Built on Terraform's plugin framework in the official provider: default tags show in the outputs and in no input.
   * All others are built on its plugin SDK and write them into `tagsAll`, also an input.
   */
  readonly onPluginFramework?: boolean;
  /** A replacement deletes the old one first, as the real provider's does. */
  readonly deleteBeforeReplace?: boolean;
  /** The error of a look-up that finds none. */
  readonly notFound?: (id: string) => { code: string; message: string };
  /** Resources of these types whose inputs name this one keep it from being deleted. */
  readonly blockedBy?: {
    readonly types: readonly string[];
    readonly code: string;
    message(id: string, by: string): string;
  };
  /** What is wrong with the inputs, over several of them, that needs no knowledge of other resources. */
  check?(inputs: Previewed<I>): CheckFailure[];
  /** Changes beyond those that follow from the schema. */
  diff?(olds: Known<I>, news: Previewed<I>, changes: Changes): Changes;
  /** What of the inputs is kept on record, if not all of them. */
  recorded?(inputs: Known<I>): Known<I>;
  create(scope: Scope, inputs: Known<I>, name: string): Promise<Created<O>>;
  /** The resource as it is now, undefined if it is gone. Without it the cloud's record is the truth. */
  read?(scope: Scope, resource: Resource<I, O>): Promise<{ inputs: Known<I>; outputs: Known<O> } | undefined>;
  /** Without it every change replaces. */
  update?(scope: Scope, resource: Resource<I, O>, news: Known<I>): Promise<Omit<Created<O>, "id">>;
  /** The instance that has to be off, and not only asked to be, before this is deleted. */
  stopsBeforeDelete?(inputs: Known<I>): string | undefined;
  /** Without it deleting is forgetting. */
  delete?(scope: Scope, resource: Resource<I, O>): Promise<void>;
}

/** Keeps the types of a definition, so that its handlers' values follow from its schemas. */
export function awsResourceType<I extends Properties, O extends Properties>(
  definition: AwsResourceType<I, O>,
): AwsResourceType<I, O> {
  return definition;
}

/** Any resource type: handlers are methods, so that a narrower one fits. */
export type AnyAwsResourceType = AwsResourceType<Properties, Properties>;

/** What the handlers of a resource type see of the cloud: the resources of one account and region, and the AWS API. */
export class Scope {
  readonly account: string;
  readonly region: string;
  readonly aws: AwsClients;
  readonly #store: Store;
  readonly #now: () => Date;

  constructor(place: { account: string; region: string }, store: Store, aws: AwsClients, now: () => Date) {
    this.account = place.account;
    this.region = place.region;
    this.aws = aws;
    this.#store = store;
    this.#now = now;
  }

  now(): Date {
    return this.#now();
  }

  /** A new id in AWS's form: `vpc-0123456789abcdef0`. */
  newId(prefix: string): string {
    return `${prefix}-0${randomBytes(8).toString("hex")}`;
  }

  arn(service: string, resource: string): string {
    return `arn:aws:${service}:${this.region}:${this.account}:${resource}`;
  }

  /** The resources of one resource type in this account and region. */
  list<I extends Properties, O extends Properties>(resourceType: AwsResourceType<I, O>): Resource<I, O>[] {
    return this.listEverywhere(resourceType).filter(
      (item) => item.account === this.account && item.region === this.region,
    );
  }

  /** The resources of one resource type in all accounts and regions. */
  listEverywhere<I extends Properties, O extends Properties>(resourceType: AwsResourceType<I, O>): Resource<I, O>[] {
    return withSchemaErased(this.#store.ofType(resourceType.type));
  }

  find<I extends Properties, O extends Properties>(
    resourceType: AwsResourceType<I, O>,
    id: string,
  ): Resource<I, O> | undefined {
    return this.list(resourceType).find((resource) => resource.id === id);
  }

  /** The resource of this id, or the error that AWS gives when there is none. */
  get<I extends Properties, O extends Properties>(resourceType: AwsResourceType<I, O>, id: string): Resource<I, O> {
    const found = this.find(resourceType, id);
    if (found !== undefined) return found;
    const { code, message } = resourceType.notFound?.(id) ?? {
      code: "ResourceNotFoundException",
      message: `${resourceType.type} "${id}" does not exist`,
    };
    throw new AwsError(code, `${message} (in account ${this.account}, ${this.region})`);
  }

  /** The rules of security groups as last observed. */
  rules(): readonly ObservedRule[] {
    return this.#store.rules;
  }

  /** Every resource of this account and region, of any type. */
  everything(): Resource[] {
    return this.#store.all().filter((item) => item.account === this.account && item.region === this.region);
  }
}

/**
 * Runs the steps of a mutation. When one fails, the steps already done are undone in reverse order, so that a refused
 * request leaves nothing behind.
 */
export async function atomically<T>(steps: (undo: (step: () => Promise<unknown>) => void) => Promise<T>): Promise<T> {
  const undone: (() => Promise<unknown>)[] = [];
  try {
    return await steps((step) => undone.unshift(step));
  } catch (thrown) {
    for (const step of undone) await step();
    throw thrown;
  }
}
