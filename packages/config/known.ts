import { z } from "zod";
import type { ExchangeConfiguration } from "./exchange.ts";
import type { ReceiverConfiguration, SenderConfiguration } from "./schema.ts";

type Partly<Value> = Value extends readonly (infer Member)[]
  ? readonly (Partly<Member> | undefined)[]
  : Value extends object
    ? { readonly [Key in keyof Value]?: Partly<Value[Key]> | undefined }
    : Value;

type Sections<Of> = Omit<Of, "role" | "prometheus">;

/**
 * The valid part of a configuration of either role: wrong and missing values are undefined. Rules judge it, so one message
 * reports contradictions between keys and wrong values of single keys.
 */
export type Known = Partly<
  Sections<SenderConfiguration> &
    Sections<ReceiverConfiguration> & {
      readonly role: "sender" | "receiver" | "exchange";
      readonly shows: ExchangeConfiguration["shows"];
      readonly prometheus: SenderConfiguration["prometheus"] & ReceiverConfiguration["prometheus"];
    }
>;

/** The part of a value that a schema accepts, its defaults filled in. */
export function acceptedPart(schema: z.ZodType, raw: unknown): unknown {
  const whole = schema.safeParse(raw);
  if (whole.success) return whole.data;
  const inner = innermost(schema);
  if (inner instanceof z.ZodObject && isRecord(raw)) {
    return Object.fromEntries(
      Object.entries<z.ZodType>(inner.shape).map(([name, member]) => [name, acceptedPart(member, raw[name])]),
    );
  }
  if (inner instanceof z.ZodArray && Array.isArray(raw)) {
    const element = inner.element as z.ZodType;
    return raw.map((member) => acceptedPart(element, member));
  }
  return undefined;
}

/** The schema of the key at a path; undefined where there is no such key. */
export function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return schema;
  const inner = innermost(schema);
  const member = membersOf(inner, first);
  return member === undefined ? undefined : schemaAt(member, rest);
}

function membersOf(schema: z.ZodType, name: PropertyKey): z.ZodType | undefined {
  if (schema instanceof z.ZodObject)
    return Object.hasOwn(schema.shape, name) ? (schema.shape as Record<PropertyKey, z.ZodType>)[name] : undefined;
  if (schema instanceof z.ZodArray) return /^\d+$/.test(String(name)) ? (schema.element as z.ZodType) : undefined;
  return schema instanceof z.ZodRecord ? (schema.valueType as z.ZodType) : undefined;
}

/** Whether a schema is that of a secret. */
export const isSecret = (schema: z.ZodType): boolean => z.globalRegistry.get(schema)?.secret === true;

/** Whether a schema is that of a secret, or has one in it. */
export function holdsSecret(schema: z.ZodType): boolean {
  if (isSecret(schema)) return true;
  const inner = innermost(schema);
  if (inner instanceof z.ZodObject) return Object.values<z.ZodType>(inner.shape).some(holdsSecret);
  if (inner instanceof z.ZodRecord) return holdsSecret(inner.valueType as z.ZodType);
  return inner instanceof z.ZodArray && holdsSecret(inner.element as z.ZodType);
}

/** A schema of what is written: without what says that a value may be absent, or what becomes of it. */
export function innermost(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodPipe) return innermost(schema.in as z.ZodType);
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
    ? innermost(schema.unwrap() as z.ZodType)
    : schema;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
