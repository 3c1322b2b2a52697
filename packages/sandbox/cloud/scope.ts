/** What a noun's handler sees of the cloud: the resources of its account and region, and the AWS API. */
import { randomBytes } from "node:crypto";
import type { Properties } from "../plugins/rpc/schema.ts";
import type { AwsClients } from "./api.ts";
import { AwsError } from "./aws-error.ts";
import type { ObservedRule } from "./ec2/observed-rules.ts";
import type { Noun } from "./noun.ts";
import type { Resource } from "./resource.ts";
import type { Store } from "./store.ts";

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

  /** The resources of one noun in this account and region. */
  list<I extends Properties, O extends Properties>(noun: Noun<I, O>): Resource<I, O>[] {
    return this.listEverywhere(noun).filter((item) => item.account === this.account && item.region === this.region);
  }

  /** The resources of one noun in all accounts and regions. */
  listEverywhere<I extends Properties, O extends Properties>(noun: Noun<I, O>): Resource<I, O>[] {
    return this.#store.ofType(noun.type) as unknown as Resource<I, O>[];
  }

  find<I extends Properties, O extends Properties>(noun: Noun<I, O>, id: string): Resource<I, O> | undefined {
    return this.list(noun).find((resource) => resource.id === id);
  }

  /** The resource of this id, or the error that AWS gives when there is none. */
  get<I extends Properties, O extends Properties>(noun: Noun<I, O>, id: string): Resource<I, O> {
    const found = this.find(noun, id);
    if (found !== undefined) return found;
    const { code, message } = noun.notFound?.(id) ?? {
      code: "ResourceNotFoundException",
      message: `${noun.type} "${id}" does not exist`,
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
