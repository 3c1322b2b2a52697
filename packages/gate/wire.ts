import { Refused } from "./reasons.ts";

/** Wire types of protobuf; groups (3, 4) are in no message of remote write. */
export const varint = 0;
export const fixed64 = 1;
export const delimited = 2;

/**
 * Reads the canonical encoding of protobuf and nothing else, where gogo-protobuf, with which Prometheus reads, is lenient:
 * - gogo takes a varint of up to ten bytes and cuts it to the width of its field, so that a field number or a reference of
 *   2^32 + 1 is 1. Here a varint has as few bytes as it takes, and never more than its field has bits.
 * - gogo lets the last of several scalars win, merges messages, and takes a list in any mixture of packed and single values.
 *   Here callers demand field numbers in ascending order, each scalar once (`after`).
 */
export class Reader {
  readonly bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.bytes = bytes;
    this.position = position;
  }

  /** A field number and its wire type: `field << 3 | type`. Of two bytes at most, which is up to field 2047. */
  tag(end: number): number {
    const first = this.byte(end);
    if (first < 0x80) return first;
    const second = this.byte(end);
    if (second === 0 || second >= 0x80) throw new Refused("encoding");
    return (first & 0x7f) | (second << 7);
  }

  /** The end of what a length is in front of, which is inside of what it is part of. */
  delimited(end: number): number {
    const length = this.number(end);
    const last = this.position + length;
    if (last > end) throw new Refused("encoding");
    return last;
  }

  /** A varint of 28 bits at most: a length or a reference, since no message has more bytes than that. */
  number(end: number): number {
    const first = this.byte(end);
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      const next = this.byte(end);
      value |= (next & 0x7f) << shift;
      if (next >= 0x80) continue;
      if (next === 0) break;
      return value;
    }
    throw new Refused("encoding");
  }

  /** A varint of 64 bits as a signed number: exact from 0 to 2^53, roughly beyond, and -1 for all that is negative. */
  int64(end: number): number {
    let low = 0;
    let high = 0;
    for (let index = 0; index < 10; index += 1) {
      const next = this.byte(end);
      const bits = next & 0x7f;
      if (index < 4) low |= bits << (7 * index);
      else high += bits * 2 ** (7 * (index - 4));
      if (next >= 0x80) continue;
      if (next === 0 && index > 0) break;
      if (index < 9) return low + high * 2 ** 28;
      // The tenth byte has one bit: the sign (two's complement).
      if (next !== 1) break;
      return -1;
    }
    throw new Refused("encoding");
  }

  skip(bytes: number, end: number): void {
    this.position += bytes;
    if (this.position > end) throw new Refused("encoding");
  }

  private byte(end: number): number {
    if (this.position >= end) throw new Refused("encoding");
    const byte = this.bytes[this.position] ?? 0;
    this.position += 1;
    return byte;
  }
}

/** A field that no message of the known kind has. Of a wire type that protobuf has: else it is no message at all. */
export function unknownField(tag: number): Refused {
  const type = tag & 7;
  return new Refused(tag >>> 3 === 0 || type === 3 || type === 4 || type > 5 ? "encoding" : "unknown_field");
}
