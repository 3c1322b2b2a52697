import { LinkError, printable } from "@metrics-link/contract";

/** Why a text is not taken for JSON of ours. */
export class UnreadableJson extends LinkError {
  constructor(what: string) {
    super("JSON_INVALID", { what: printable(what) });
    this.name = "UnreadableJson";
  }
}

/**
 * The value of a JSON text that has exactly one reading.
 *
 * Parsers differ in what they make of a key that is there twice, a number beyond 2^53, `1.0` for an integer, a comment,
 * half a surrogate pair (RFC 8259 sections 4, 6 and 8.2). So a text is read only if it is, byte for byte, the one that
 * `toJson` writes for its value: in that one none of these occur.
 *
 * @throws UnreadableJson naming the first line that is another one
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
  const strange = strangeText(value);
  if (strange !== undefined) throw new UnreadableJson(`${strange} is not a key or text that every parser reads alike`);
  return value;
}

/** The one text of a value: two blanks a level, keys in their order, one line feed at the end. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function firstDifference(text: string, expected: string): string {
  const [lines, others] = [text.split("\n"), expected.split("\n")];
  const index = lines.findIndex((line, at) => line !== others[at]);
  const line = lines[index]?.trim().slice(0, 80) ?? "the end";
  return `line ${index + 1} can be read in two ways: ${line} (expected: ${others[index]?.trim().slice(0, 80) ?? "the end"})`;
}

/** A key that JavaScript gives a meaning of its own, or half a surrogate pair, which UTF-8 has no bytes for. */
function strangeText(value: unknown): string | undefined {
  if (typeof value === "string") return /\p{Surrogate}/u.test(value) ? JSON.stringify(value) : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const strange = key === "__proto__" ? JSON.stringify(key) : (strangeText(key) ?? strangeText(item));
    if (strange !== undefined) return strange;
  }
  return undefined;
}
