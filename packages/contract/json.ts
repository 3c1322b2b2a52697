import { type $ZodType, type output, safeParse } from "zod/v4/core";
import { InvalidInputError, problemsFound } from "./errors.ts";
import { shortened } from "./printable.ts";

/**
 * Reads JSON from beyond this process: a file, an answer by HTTP, what a command printed.
 * It takes schemas of zod and of zod/mini: the programs on a host are bundled with the small one. Not for secrets: the
 * error quotes the text.
 * @param source what the text is, for the message: a path, a URL, a command
 * @throws InvalidInputError `JSON_INVALID` naming the source when it is not JSON, or not of this schema
 */
export function parseJson<Schema extends $ZodType>(schema: Schema, text: string, source: string): output<Schema> {
  const raw = jsonOf(text, source);
  const result = safeParse(schema, raw);
  if (result.success) return result.data;
  throw new InvalidInputError(`${source} is not as expected`, problemsFound(raw, result.error), "JSON_INVALID");
}

function jsonOf(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const problem = { key: "text", value: text.slice(0, 200), remedy: `JSON: ${shortened((error as Error).message)}` };
    throw new InvalidInputError(`${source} is not JSON`, [problem], "JSON_INVALID");
  }
}

/**
 * The first key that does not mean what it says: one that stands twice in one object, of which `JSON.parse` takes the last, other
 * parsers and a person who reviews a file the first (RFC 8259, section 4); and `__proto__`, which schemas pass over.
 * @param text that `JSON.parse` takes
 * @returns the key and what is wrong with it, in a clause
 */
export function misleadingKey(text: string): { readonly key: string; readonly fault: string } | undefined {
  const objects: (Set<string> | undefined)[] = [];
  let last = "";
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g)) {
    if (token === "{") objects.push(new Set());
    else if (token === "[") objects.push(undefined);
    else if (token === "}" || token === "]") objects.pop();
    else if (token === ":") {
      // Of two spellings of one character.
      const key = String(JSON.parse(last));
      const keys = objects.at(-1);
      if (keys?.has(key)) return { key, fault: "stands twice in one object" };
      if (key === "__proto__") return { key, fault: "is never read" };
      keys?.add(key);
    }
    last = token;
  }
  return undefined;
}
