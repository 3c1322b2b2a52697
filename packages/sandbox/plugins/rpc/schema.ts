/**
 * Schemas of resource inputs and outputs: small constructors, and the TypeScript types that follow from them.
 *
 * @example
 * const inputs = {
 *   cidrBlock: string({ required: true, replaceOnChange: true }),
 *   enableDnsSupport: boolean({ default: true }),
 *   tags: map(string()),
 * };
 * type Inputs = Known<typeof inputs>; // { cidrBlock: string; enableDnsSupport: boolean; tags?: Record<string, string> }
 */
import type { Archive, Asset, Unknown, Value } from "./values.ts";

export type Kind =
  | { readonly type: "string" | "number" | "integer" | "boolean" | "json" | "asset" | "archive" | "any" }
  | { readonly type: "list" | "set" | "map"; readonly item: Property }
  | { readonly type: "object"; readonly properties: Properties };

export interface PropertyOptions<T = unknown> {
  /** The check fails when it is absent. */
  readonly required?: boolean;
  /** Always secret in inputs, outputs and state, whatever the program said. */
  readonly secret?: boolean;
  /** A change of it replaces the resource. In a nested object: a change of that member does. */
  readonly replaceOnChange?: boolean;
  /** The value written into the inputs when the program gives none, where a policy sees it too. */
  readonly default?: T;
  /**
   * What the service makes of a value that the program does not give, where the official provider leaves it out of the
   * inputs. Handlers get it and the state shows it; a policy does not see it, and it is neither a change nor drift.
   */
  readonly assumed?: T;
  /** The only values there are. */
  readonly oneOf?: readonly T[];
  /** What is wrong with a known value, or undefined. Give the limit and its source. */
  readonly validate?: (value: T) => string | undefined;
  /**
   * Top-level strings: when the program gives none, the resource's name with seven random hexadecimal digits, kept
   * through updates, as Pulumi's bridged providers name things. `maxLength` cuts the name, not the digits.
   */
  readonly autoname?: { readonly maxLength: number };
  /** Outputs only: an update may change it, so it is unknown in the preview of an update. Others keep their value. */
  readonly changesOnUpdate?: boolean;
  /** One sentence for the schema document. */
  readonly description?: string;
}

export interface Property<T = unknown, Present extends boolean = boolean> {
  readonly kind: Kind;
  readonly options: PropertyOptions<unknown>;
  /** Carries the TypeScript type; never there at run time. */
  readonly typed?: T;
  readonly present?: Present;
}

export type Properties = { readonly [name: string]: Property };

/** Whether a handler can rely on the property: it is required, or has a default or an automatic name. */
type IsPresent<O> = O extends { required: true } | { default: unknown } | { assumed: unknown } | { autoname: object }
  ? true
  : false;

/** Inputs or outputs in which nothing is unknown. */
export type Known<P extends Properties> = {
  [K in keyof P as P[K] extends Property<unknown, true> ? K : never]: TypeOf<P[K]>;
} & {
  [K in keyof P as P[K] extends Property<unknown, true> ? never : K]?: TypeOf<P[K]>;
};
type TypeOf<P> = P extends Property<infer T> ? T : never;

/** The same in a preview: any value, at any depth, may be {@link Unknown}. */
type MaybeUnknown<T> =
  | Unknown
  | (T extends Asset | Archive
      ? T
      : T extends (infer I)[]
        ? MaybeUnknown<I>[]
        : T extends object
          ? { [K in keyof T]: MaybeUnknown<T[K]> }
          : T);
/** Inputs as they are checked and previewed: all there is may be unknown, and in a check even the required may lack. */
export type Previewed<P extends Properties> = { [K in keyof Known<P>]: MaybeUnknown<Known<P>[K]> };

function property<T, O extends PropertyOptions<T>>(kind: Kind, options: O | undefined): Property<T, IsPresent<O>> {
  return { kind, options: (options ?? {}) as PropertyOptions<unknown> } as Property<T, IsPresent<O>>;
}

export function string<const O extends PropertyOptions<string>>(options?: O): Property<string, IsPresent<O>> {
  return property<string, O>({ type: "string" }, options);
}
export function integer<const O extends PropertyOptions<number>>(options?: O): Property<number, IsPresent<O>> {
  return property<number, O>({ type: "integer" }, options);
}
export function boolean<const O extends PropertyOptions<boolean>>(options?: O): Property<boolean, IsPresent<O>> {
  return property<boolean, O>({ type: "boolean" }, options);
}
/** A string that holds a JSON document, compared by meaning and not by spelling (an IAM policy). */
export function json<const O extends PropertyOptions<string>>(options?: O): Property<string, IsPresent<O>> {
  return property<string, O>({ type: "json" }, options);
}
export function asset<const O extends PropertyOptions<Asset>>(options?: O): Property<Asset, IsPresent<O>> {
  return property<Asset, O>({ type: "asset" }, options);
}
/** Anything at all, compared member by member. For what has no shape of its own. */
export function any<const O extends PropertyOptions<Value>>(options?: O): Property<Value, IsPresent<O>> {
  return property<Value, O>({ type: "any" }, options);
}
/** A list whose order counts. */
export function list<T, O extends PropertyOptions<T[]>>(item: Property<T>, options?: O): Property<T[], IsPresent<O>> {
  return property<T[], O>({ type: "list", item }, options);
}
/** A list whose order does not count: two orders of the same items are no change. */
export function set<T, O extends PropertyOptions<T[]>>(item: Property<T>, options?: O): Property<T[], IsPresent<O>> {
  return property<T[], O>({ type: "set", item }, options);
}
export function map<T, O extends PropertyOptions<Record<string, T>>>(
  item: Property<T>,
  options?: O,
): Property<Record<string, T>, IsPresent<O>> {
  return property<Record<string, T>, O>({ type: "map", item }, options);
}
/** An object with named members; a member that is not named is refused. */
export function object<P extends Properties, O extends PropertyOptions<Known<P>>>(
  properties: P,
  options?: O,
): Property<Known<P>, IsPresent<O>> {
  return property<Known<P>, O>({ type: "object", properties }, options);
}

/**
 * A value whose schema is known, as one of any schema, or back. TypeScript has no type for "some schema, and handlers
 * that fit it"; what makes the step sound is that values are checked against the schema before a handler gets them.
 */
export function withSchemaErased<Wide>(value: unknown): Wide {
  return value as Wide;
}
