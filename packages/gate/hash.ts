import { randomInt } from "node:crypto";

/**
 * Two hashes of 32 bits each: together a number of 53 bits that stands for a series. With a million series, two share one once
 * in 20,000 times, and then the sender counts as having one series less.
 */
export interface Key {
  low: number;
  high: number;
}

export const startKey = (): Key => ({ low: 0, high: 0 });

/** Odd constants of MurmurHash3 and xxHash, which spread the bits of a product. */
const [first, second, third] = [0xcc9e2d51, 0x1b873593, 0x85ebca77] as const;

/** Of this process: nobody else can find two series of one number beforehand. */
const seed = { low: randomInt(2 ** 32), high: randomInt(2 ** 32) } as const;

/** Hashes bytes in words of four. */
export function hashBytes(bytes: Uint8Array, start: number, length: number, into: Key): Key {
  let low = length ^ seed.low;
  let high = ~length ^ seed.high;
  const end = start + length;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word =
      (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
    low = Math.imul(low ^ word, first);
    low ^= low >>> 15;
    high = Math.imul(high + word, third) ^ (high >>> 13);
  }
  for (; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    low = Math.imul(low ^ byte, first);
    low ^= low >>> 15;
    high = Math.imul(high + byte, third) ^ (high >>> 13);
  }
  into.low = low;
  into.high = high;
  return into;
}

/** Adds one hash to another; the order counts. */
export function mix(key: Key, other: Key): void {
  key.low = Math.imul(key.low ^ other.low, second) ^ (key.low >>> 13);
  key.high = Math.imul(key.high ^ other.high, first) ^ (key.high >>> 16);
}

/** 32 bits of one hash and 21 of the other: the largest whole number that a double holds exactly. */
export const numberOf = ({ low, high }: Key): number => (high >>> 11) * 2 ** 32 + (low >>> 0);
