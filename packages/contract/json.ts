import type { z } from "zod";
import { InvalidInputError, problemsFound } from "./errors.ts";

/**
 * Reads JSON from beyond this process: a file, an answer by HTTP, what a command printed.
 * @param source what the text is, for the message: a path, a URL, a command
 * @throws InvalidInputError `JSON_INVALID` naming the source when it is not JSON, or not of this schema
 */
export function parseJson<Schema extends z.ZodType>(schema: Schema, text: string, source: string): z.output<Schema> {
  const raw = jsonOf(text, source);
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  throw new InvalidInputError(`${source} is not as expected`, problemsFound(raw, result.error), "JSON_INVALID");
}

function jsonOf(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const problem = { key: "text", value: text.slice(0, 200), remedy: `JSON: ${(error as Error).message}` };
    throw new InvalidInputError(`${source} is not JSON`, [problem], "JSON_INVALID");
  }
}
