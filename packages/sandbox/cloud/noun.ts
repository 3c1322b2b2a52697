/**
 * One AWS noun: its schema, which the provider checks and diffs with in its own process, and its handlers, which run in
 * the world. Both stand in one module, so modules of nouns import types of the AWS SDK only: the provider starts fast.
 */
import type { CheckFailure } from "../plugins/rpc/check.ts";
import type { Changes } from "../plugins/rpc/diff.ts";
import type { Known, Previewed, Properties } from "../plugins/rpc/schema.ts";
import type { Facts, Resource } from "./resource.ts";
import type { Scope } from "./scope.ts";

export interface Created<O extends Properties> {
  readonly id: string;
  readonly outputs: Known<O>;
  readonly facts?: Facts;
}

export interface Noun<I extends Properties = Properties, O extends Properties = Properties> {
  /** The Pulumi type token. */
  readonly type: string;
  readonly inputs: I;
  readonly outputs: O;
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

/** Keeps a noun's types, so that its handlers' values follow from its schemas. */
export function noun<I extends Properties, O extends Properties>(definition: Noun<I, O>): Noun<I, O> {
  return definition;
}

/** Any noun: handlers are methods, so that a narrower one fits. */
export type AnyNoun = Noun<Properties, Properties>;
