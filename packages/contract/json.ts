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
