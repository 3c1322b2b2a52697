import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { configurationSchemas } from "@metrics-link/config";
import { z } from "zod";

const page = new URL("../../../docs/configuration.md", import.meta.url);

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

interface Key extends JsonSchema {
  readonly path: string;
  readonly isRequired: boolean;
}

/** The leaves of a role's configuration, in the order of the schema. */
function keysOf(role: keyof typeof configurationSchemas): Key[] {
  const walk = ({ properties = {}, required }: JsonSchema, prefix: string): Key[] =>
    Object.entries(properties).flatMap(([name, schema]) => {
      const path = `${prefix}${name}`;
      if (schema.properties) return walk(schema, `${path}.`);
      if (schema.items?.properties) return walk(schema.items, `${path}[].`);
      return [{ ...schema, path, isRequired: required.includes(name) }];
    });
  return walk(jsonSchema.parse(z.toJSONSchema(configurationSchemas[role], { io: "input" })), "");
}

function typeOf({ type, items }: JsonSchema): string {
  if (type === "array") return `list of ${typeOf(items ?? jsonSchema.parse({}))}s`;
  return type === "object" ? "map" : (type ?? "string");
}

function rangeOf({ range, enum: values, minimum, maximum }: Key): string {
  if (range !== undefined) return range;
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(" or ");
  return minimum === undefined ? "" : `${minimum} to ${maximum}`;
}

function fallbackOf({ isRequired, fallback, default: value }: Key): string {
  if (isRequired) return "required";
  if (value === undefined) return fallback ?? "none";
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

const row = (key: Key) =>
  [
    `| \`${key.path}\``,
    key.description,
    fallbackOf(key),
    [typeOf(key), rangeOf(key)].filter((part) => part !== "").join(": "),
    `\`${key.example}\` |`,
  ].join(" | ");

const head = "| Key | What it is for | Default | Type: range | Example |\n| --- | --- | --- | --- | --- |\n";
const table = (rows: readonly string[]) => `${head}${rows.join("\n")}\n`;

const keys = { sender: keysOf("sender"), receiver: keysOf("receiver") };
const rows = { sender: keys.sender.map(row), receiver: keys.receiver.map(row) };
const tables = {
  both: table(rows.sender.filter((one) => rows.receiver.includes(one))),
  sender: table(rows.sender.filter((one) => !rows.receiver.includes(one))),
  receiver: table(rows.receiver.filter((one) => !rows.sender.includes(one))),
};

describe("docs/configuration.md", () => {
  it("has the keys of the schema (UPDATE_GOLDENS=1 writes the tables)", () => {
    const text = readFileSync(page, "utf8");
    const expected = Object.entries(tables).reduce((found, [name, body]) => {
      const [begin, end] = [`<!-- keys of ${name}: begin -->\n`, `<!-- keys of ${name}: end -->\n`];
      const [before = "", rest = ""] = found.split(begin);
      const [, after = ""] = rest.split(end);
      return `${before}${begin}${body}${end}${after}`;
    }, text);
    if (process.env.UPDATE_GOLDENS === "1") writeFileSync(page, expected);
    else assert.equal(text, expected);
  });

  it("has of every key a sentence on what it is for, a range and an example", () => {
    for (const key of [...keys.sender, ...keys.receiver]) {
      assert.match(key.description ?? "", /^(`true` )?[A-Za-z].*\.$/s, key.path);
      assert.ok(key.example !== undefined, key.path);
      assert.ok(typeOf(key) === "boolean" || rangeOf(key) !== "", key.path);
    }
  });
});
