import { gunzipSync } from "node:zlib";

export type Fields = Readonly<Record<string, unknown>>;

export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
export const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Byte for byte, whatever the order of an object's keys. */
export function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (isList(one) && isList(other)) {
    return one.length === other.length && one.every((item, index) => isSame(item, other[index]));
  }
  if (!isObject(one) || !isObject(other)) return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => key in other && isSame(one[key], other[key]));
}

/** One text for one value: keys in order, without white space. */
export function canonical(value: unknown): string {
  if (isList(value)) return `[${value.map(canonical).join()}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, found]) => found !== undefined);
  const keyed = entries.map(([key, found]) => [key, `${JSON.stringify(key)}:${canonical(found)}`] as const);
  return `{${keyed
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([, text]) => text)
    .join()}}`;
}

/** How Pulumi marks a secret between program and engine (sdk/proto/pulumi/provider.proto). */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** A value marked as a secret, as the SDK marks it. */
export const secretIn = (value: unknown) => ({ [signatureKey]: secretSignature, value });

export const isSecret = (value: unknown): boolean => isObject(value) && value[signatureKey] === secretSignature;

/** The SDK and the engine write this in the place of text that is not known yet (sdk/go/common/resource/plugin/rpc.go). */
export const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/**
 * The document in a text: JSON, or text in base64, such as user data. Undefined where the document does not yield the
 * same text again: a duplicate key, for example, would be missed.
 */
export function contentOf(text: string): unknown {
  if (/^[[{]/.test(text)) return jsonIn(text);
  if (text.length < 64 || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  return textIn(Buffer.from(text, "base64"));
}

function jsonIn(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    const back = [undefined, 1, 2].map((indent) => JSON.stringify(value, undefined, indent));
    return back.includes(text.trimEnd()) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The text in bytes, with or without gzip; undefined where it is not UTF-8. */
function textIn(bytes: Buffer): string | undefined {
  try {
    const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
    return new TextDecoder("utf-8", { fatal: true }).decode(plain);
  } catch {
    return undefined;
  }
}
