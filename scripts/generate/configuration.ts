import { isDeepStrictEqual } from "node:util";
import { configurationSchemas } from "@metrics-link/config";
import { z } from "zod";
import { type Generated, row } from "./generated.ts";

/** A key of the configuration: a leaf of the schema, by its dotted path; `[]` is any member of a list. */
export interface Key {
  readonly path: string;
  readonly required: boolean;
  /** The default, as a person writes it in YAML. */
  readonly fallback: string | undefined;
  /** From `.meta({ description, examples })`. */
  readonly description: string | undefined;
  readonly example: string | undefined;
}

const jsonSchema = z.object({
  get properties() {
    return z.record(z.string(), jsonSchema).optional();
  },
  get items() {
    return jsonSchema.optional();
  },
  required: z.array(z.string()).optional(),
  default: z.unknown().optional(),
  description: z.string().optional(),
  examples: z.array(z.unknown()).optional(),
});
type JsonSchema = z.output<typeof jsonSchema>;

/** The keys of a role, in the order of the schema. */
export function keysOf(role: keyof typeof configurationSchemas): Key[] {
  const walk = ({ properties = {}, required = [] }: JsonSchema, prefix: string): Key[] =>
    Object.entries(properties).flatMap(([name, schema]) => {
      const path = `${prefix}${name}`;
      if (schema.properties) return walk(schema, `${path}.`);
      if (schema.items?.properties) return walk(schema.items, `${path}[].`);
      const { default: value, description, examples: [example] = [] } = schema;
      return [
        {
          ...{ path, required: required.includes(name), fallback: written(value) },
          ...{ description, example: written(example) },
        },
      ];
    });
  return walk(jsonSchema.parse(z.toJSONSchema(configurationSchemas[role], { io: "input" })), "");
}

const written = (value: unknown) => (value === undefined || typeof value === "string" ? value : JSON.stringify(value));

/**
 * The tables of keys. What a key means and its example are those of the schema; of a key whose schema does not say them,
 * those of the page. Defaults are always the schema's.
 */
export const configurationPage: Generated = {
  file: "docs/configuration.md",
  async render(text) {
    const [sender, receiver] = [keysOf("sender"), keysOf("receiver")];
    const isIn = (keys: readonly Key[]) => (key: Key) => keys.some((other) => isDeepStrictEqual(other, key));
    const tables: readonly [string, readonly Key[]][] = [
      ["## Both roles", sender.filter(isIn(receiver))],
      ["## Sender only", sender.filter((key) => !isIn(receiver)(key))],
      ["## Receiver only", receiver.filter((key) => !isIn(sender)(key))],
    ];
    return tables.reduce((page, [heading, keys]) => withTable(page, heading, keys), text);
  },
};

function withTable(page: string, heading: string, keys: readonly Key[]): string {
  const start = page.indexOf(`${heading}\n`);
  const table = /(\| Key .*\n\| -+ .*\n)((?:\|.*\n)+)/g;
  table.lastIndex = start;
  const found = start < 0 ? null : table.exec(page);
  if (found === null) throw new Error(`docs/configuration.md has no table below "${heading}"`);
  const [whole, head, body] = found;
  const present = rowsOf(body ?? "");
  const rows = inOrder(keys, [...present.keys()]).map((key) => {
    const old = present.get(key.path);
    const [meaning = "", told = "none", example = ""] = old?.cells ?? [];
    const cells = [
      key.description ?? meaning,
      key.required ? "required" : key.fallback === undefined ? told : `\`${key.fallback}\``,
      key.example === undefined ? example : `\`${key.example}\``,
    ];
    return cells.join("|") === old?.cells.join("|") ? old.line : row(`\`${key.path}\``, ...cells);
  });
  return page.slice(0, found.index) + head + rows.join("") + page.slice(found.index + whole.length);
}

/** A page's rows by their key: as they stand, and their other cells. */
function rowsOf(table: string) {
  const rows = table.matchAll(/^\| `([^`]+)` *\|(.*)\|\n/gm);
  return new Map(
    [...rows].map(([line, key = "", rest = ""]) => [key, { line, cells: rest.split("|").map((cell) => cell.trim()) }]),
  );
}

/** As the page has them; a key that is new to it behind the one that it follows in the schema. */
function inOrder(keys: readonly Key[], present: readonly string[]): Key[] {
  const order = present.filter((path) => keys.some((key) => key.path === path));
  keys.forEach(({ path }, index) => {
    if (order.includes(path)) return;
    const before = keys[index - 1]?.path;
    order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, path);
  });
  return order.flatMap((path) => keys.filter((key) => key.path === path));
}
