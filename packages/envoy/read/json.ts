import { LinkError, printable } from "@metrics-link/contract";

/** The text is not JSON, or not in the one spelling that `toJson` writes. */
export class UnreadableJson extends LinkError {
  constructor(what: string) {
    super("JSON_INVALID", { what: printable(what) });
    this.name = "UnreadableJson";
  }
}

/**
 * Parses JSON that every parser reads alike.
 *
 * Parsers disagree on duplicate keys, numbers beyond 2^53, `1.0` for an integer, comments and lone surrogates (RFC 8259
 * sections 4, 6 and 8.2). So the text must equal, byte for byte, what `toJson` writes for its value, which has none of
 * these.
 *
 * @throws UnreadableJson naming the first line that differs
 */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UnreadableJson(`not JSON: ${(error as Error).message.split("\n")[0]}`);
  }
  const expected = toJson(value);
  if (text !== expected) throw new UnreadableJson(firstDifference(text, expected));
  const strange = mayBeStrange(text) ? strangeText(value) : undefined;
  if (strange !== undefined) throw new UnreadableJson(`${strange} is a key or string that parsers read differently`);
  return value;
}

/** The one spelling of a value: indented by two spaces, keys in insertion order, one line feed at the end. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function firstDifference(text: string, expected: string): string {
  const [lines, others] = [text.split("\n"), expected.split("\n")];
  const index = lines.findIndex((line, at) => line !== others[at]);
  const line = lines[index]?.trim().slice(0, 80) ?? "the end";
  return `line ${index + 1} is not in canonical form: ${line} (expected: ${others[index]?.trim().slice(0, 80) ?? "the end"})`;
}

/** Whether a parsed value is an object. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The one spelling writes a lone surrogate as an escape (JSON.stringify of ECMAScript, "well-formed"), and of a pair no escape. */
const mayBeStrange = (text: string) => text.includes("__proto__") || text.includes("\\ud");

/** `__proto__`, which is special in JavaScript, or a lone surrogate, which UTF-8 cannot encode. */
function strangeText(value: unknown): string | undefined {
  if (typeof value === "string") return /\p{Surrogate}/u.test(value) ? JSON.stringify(value) : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const strange = key === "__proto__" ? JSON.stringify(key) : (strangeText(key) ?? strangeText(item));
    if (strange !== undefined) return strange;
  }
  return undefined;
}
