import { configurationSchemas } from "@metrics-link/config";
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
  required: z.array(z.string()).default([]),
  get items() {
    return jsonSchema.optional();
  },
  get properties() {
    return z.record(z.string(), jsonSchema).optional();
  },
});
type JsonSchema = z.output<typeof jsonSchema>;

/** A key of the configuration: a leaf of the schema. */
export interface Key extends JsonSchema {
  /** Dotted; `[]` is any member of a list. */
  readonly path: string;
  readonly isRequired: boolean;
}

/** The leaves of a role's configuration, in the order of the schema. */
export function keysOf(role: keyof typeof configurationSchemas): Key[] {
  const walk = ({ properties = {}, required }: JsonSchema, prefix: string): Key[] =>
    Object.entries(properties).flatMap(([name, schema]) => {
      const path = `${prefix}${name}`;
      if (schema.properties) return walk(schema, `${path}.`);
      if (schema.items?.properties) return walk(schema.items, `${path}[].`);
      return [{ ...schema, path, isRequired: required.includes(name) }];
    });
  return walk(jsonSchema.parse(z.toJSONSchema(configurationSchemas[role], { io: "input" })), "");
}

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

const rowOf = (key: Key) =>
  [
    `| \`${key.path}\``,
    key.description,
    fallbackOf(key),
    [typeOf(key), rangeOf(key)].filter((part) => part !== "").join(": "),
    `\`${key.example}\` |`,
  ].join(" | ");

const head = "| Key | What it is for | Default | Type: range | Example |\n| --- | --- | --- | --- | --- |\n";
const table = (rows: readonly string[]) => `${head}${rows.join("\n")}\n`;

/** The tables of keys: those of both roles, and those of each. */
export const configurationPage: Generated = {
  file: "docs/configuration.md",
  async render(text) {
    const [sender, receiver] = [keysOf("sender").map(rowOf), keysOf("receiver").map(rowOf)];
    const tables = {
      both: sender.filter((row) => receiver.includes(row)),
      sender: sender.filter((row) => !receiver.includes(row)),
      receiver: receiver.filter((row) => !sender.includes(row)),
    };
    return Object.entries(tables).reduce((page, [name, rows]) => between(page, `keys of ${name}`, table(rows)), text);
  },
};
