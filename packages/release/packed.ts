import { gunzipSync, gzipSync } from "node:zlib";

/** Above what a release of 1,000 senders has. */
const mostBytes = 128 * 1024 * 1024;

/**
 * A release as an object of the bucket that is compressed, in base64: chains of senders differ in a few words, so 1,000 of them have a
 * twentieth of their length. Its name is still the hash of its text.
 */
export const packedRelease = (text: string): string => gzipSync(text).toString("base64");

/**
 * The text of a release in an object of the bucket, compressed or not.
 * @throws Error for what is neither, or too large
 */
export function unpackedRelease(bytes: Uint8Array): Buffer {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return isPacked ? gunzipSync(bytes, { maxOutputLength: mostBytes }) : Buffer.from(bytes);
}

/**
 * The text of a release in the properties of such an object, as a program registers it and a state has it; empty where there is none,
 * or two.
 */
export function releaseTextIn(props: { readonly content?: unknown; readonly contentBase64?: unknown }): string {
  const { content, contentBase64 } = props;
  if (typeof contentBase64 !== "string") return typeof content === "string" ? content : "";
  return content === undefined ? unpackedRelease(Buffer.from(contentBase64, "base64")).toString() : "";
}
