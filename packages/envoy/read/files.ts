import { parseJson } from "./json.ts";

/** Returns a file of the release by its path, or `undefined` if there is none. */
export type Lookup = (path: string) => string | undefined;

/**
 * What was parsed of each lookup's files, and from which text. All 1,000 chains of a receiver name one secret, each rule that looks at
 * it reads it anew, and the listener file has three megabytes.
 */
const parsed = new WeakMap<Lookup, Map<string, { readonly text: string; readonly value: unknown }>>();

/**
 * A file of the release, parsed; `undefined` if there is none.
 * @throws UnreadableJson
 */
export function fileOf(lookup: Lookup, path: string): { readonly value: unknown } | undefined {
  const text = lookup(path);
  if (text === undefined) return undefined;
  const known = parsed.get(lookup) ?? new Map();
  parsed.set(lookup, known);
  const before = known.get(path);
  if (before?.text === text) return before;
  const found = { text, value: parseJson(text) };
  known.set(path, found);
  return found;
}
