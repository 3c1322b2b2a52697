import { configurationSchemas, rules } from "@metrics-link/config";
import { LinkError } from "@metrics-link/contract";
import type { Policy } from "@metrics-link/policy";
import { z } from "zod";
import { between, type Generated } from "./generated.ts";

/** What `z.toJSONSchema` makes of a key, with what `key` says of it. */
const jsonSchema = z.object({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  const: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  default: z.unknown().optional(),
  description: z.string().optional(),
  range: z.string().optional(),
  fallback: z.string().optional(),
  example: z.string().optional(),
  affects: z.string().optional(),
  stricter: z.string().optional(),
  secret: z.boolean().optional(),
  bound: z.object({ policy: z.string(), parameter: z.string(), says: z.string() }).optional(),
  required: z.array(z.string()).default([]),
  get items() {
    return jsonSchema.optional();
  },
  get properties() {
    return z.record(z.string(), jsonSchema).optional();
  },
  get additionalProperties() {
    return z.union([z.literal(false).transform(() => undefined), jsonSchema]).optional();
  },
});
type JsonSchema = z.output<typeof jsonSchema>;

/** A key of the configuration: a section, a list of sections, or a leaf of the schema. */
export interface Key extends JsonSchema {
  /** Dotted; `[]` is any member of a list, `*` any name in a map. */
  readonly path: string;
  readonly isRequired: boolean;
  /** Whether other keys stand below it, which have the documentation. */
  readonly isSection: boolean;
}

type Role = keyof typeof configurationSchemas;

/** Every key of a role's configuration, sections before what is in them, in the order of the schema. */
export function allKeysOf(role: Role): Key[] {
  const walk = ({ properties = {}, required }: JsonSchema, prefix: string): Key[] =>
    Object.entries(properties).flatMap(([name, schema]) => {
      const path = `${prefix}${name}`;
      const { items, additionalProperties: named } = schema;
      const inner = schema.properties ? ([schema, "."] as const) : undefined;
      const listed = items?.properties ? ([items, "[]."] as const) : undefined;
      const mapped = named?.properties ? ([named, ".*."] as const) : undefined;
      const [below, separator] = inner ?? listed ?? mapped ?? [];
      const key = { ...schema, path, isRequired: required.includes(name), isSection: below !== undefined };
      return [key, ...(below ? walk(below, `${path}${separator}`) : [])];
    });
  return walk(jsonSchema.parse(z.toJSONSchema(configurationSchemas[role], { io: "input" })), "");
}

/** The leaves: the keys that the page describes. */
export const keysOf = (role: Role): Key[] => allKeysOf(role).filter(({ isSection }) => !isSection);

export function typeOf({ type, items }: JsonSchema): string {
  if (type === "array") return `list of ${typeOf(items ?? jsonSchema.parse({}))}s`;
  return type === "object" ? "map" : (type ?? "string");
}

export function rangeOf({ range, enum: values, minimum, maximum }: Key): string {
  if (range !== undefined) return range;
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(" or ");
  return minimum === undefined ? "" : `${minimum} to ${maximum}`;
}

function fallbackOf({ isRequired, fallback, default: value }: Key): string {
  if (isRequired) return "required";
  if (value === undefined) return fallback ?? "none";
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

/** The other keys that a rule compares this one with, and what else it has an effect on. */
function togetherWith({ path, affects }: Key): string {
  const compared = Object.values(rules).flatMap(({ keys }) => (keys.includes(path) ? keys : []));
  const others = [...new Set(compared)].filter((key) => key !== path).map((key) => `\`${key}\``);
  return [others.join(", "), affects ?? ""].filter((part) => part !== "").join("; ");
}

/** What a policy takes less of than the schema; its parameter can be set. */
function boundOf({ bound }: Key, policies: readonly Policy[]): string {
  if (bound === undefined) return "";
  const limit = policies.find(({ name }) => name === bound.policy)?.parameters?.[bound.parameter]?.default;
  if (limit === undefined) throw new LinkError("INTERNAL", { what: `${bound.policy} has no ${bound.parameter}` });
  return ` (policy [${bound.policy}](policies.md): ${bound.says.replace("*", `${limit}`)})`;
}

const rowOf = (key: Key, policies: readonly Policy[]) =>
  [
    `| \`${key.path}\``,
    key.description,
    fallbackOf(key),
    [typeOf(key), rangeOf(key)].filter((part) => part !== "").join(": ") + boundOf(key, policies),
    `\`${key.example}\``,
    `${togetherWith(key) || "nothing"} |`,
  ].join(" | ");

const head =
  "| Key | What it is for | Default | Type: range | Example | Together with |\n| --- | --- | --- | --- | --- | --- |\n";
const table = (rows: readonly string[]) => `${head}${rows.join("\n")}\n`;

/** What keys demand of each other, a line a rule. */
const ruleList = (): string =>
  Object.values(rules)
    .map(({ keys, says }) => `- ${keys.map((key) => `\`${key}\``).join(", ")}: ${says}\n`)
    .join("");

/** What others accept and the schema refuses on purpose. */
function stricterTable(): string {
  const keys = [...keysOf("sender"), ...keysOf("receiver")].filter(({ stricter }) => stricter !== undefined);
  const rows = new Map(keys.map(({ path, stricter }) => [path, `| \`${path}\` | ${stricter} |\n`]));
  return `| Key | What is refused, and why |\n| --- | --- |\n${[...rows.values()].join("")}`;
}

/** The tables of keys, those of both roles and those of each, and what belongs to them. */
export const configurationPage: Generated = {
  file: "docs/configuration.md",
  async render(text) {
    const { policies } = await import("@metrics-link/policy");
    const rowsOf = (role: Role) => keysOf(role).map((key) => rowOf(key, policies));
    const [sender, receiver] = [rowsOf("sender"), rowsOf("receiver")];
    const isRole = (row: string) => row.startsWith("| `role`");
    const parts = {
      "keys of both": table(sender.filter((row) => receiver.includes(row) || isRole(row))),
      "keys of sender": table(sender.filter((row) => !receiver.includes(row) && !isRole(row))),
      "keys of exchange": table(rowsOf("exchange")),
      "keys of receiver": table(receiver.filter((row) => !sender.includes(row) && !isRole(row))),
      rules: ruleList(),
      stricter: stricterTable(),
    };
    return Object.entries(parts).reduce((page, [name, part]) => between(page, name, part), text);
  },
};
