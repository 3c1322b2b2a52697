/** Bytes of protobuf that no library writes. */

/** A varint. @param width how many bytes it takes; more than it needs is not canonical */
export function varint(value: bigint | number, width = 0): number[] {
  const bytes: number[] = [];
  let left = BigInt(value);
  do {
    bytes.push(Number(left & 0x7fn));
    left >>= 7n;
  } while (left > 0n || bytes.length < width);
  return bytes.map((byte, index) => (index < bytes.length - 1 ? byte | 0x80 : byte));
}

export type Bytes = Uint8Array | readonly number[];

export const joined = (...parts: readonly Bytes[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

export const tag = (field: number | bigint, wireType: number): number[] =>
  varint((BigInt(field) << 3n) | BigInt(wireType));

/** A field that is delimited by its length. */
export const message = (field: number, ...content: readonly Bytes[]): Uint8Array => {
  const body = joined(...content);
  return joined(tag(field, 2), varint(body.length), body);
};

export const text = (field: number, value: string): Uint8Array => message(field, new TextEncoder().encode(value));

/** A `Label` of version 1. */
export const label = (name: string, value: string): Uint8Array => message(1, text(1, name), text(2, value));

/** A `Sample` as field 2 of a series, of either version. */
export const sample = (timestamp: number): Uint8Array =>
  message(2, tag(1, 1), [0, 0, 0, 0, 0, 0, 0xf0, 0x3f], tag(2, 0), varint(timestamp));
