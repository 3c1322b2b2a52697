import { randomInt } from "node:crypto";

/**
 * Two hashes of 32 bits each: together a number of 53 bits that stands for a series. With a million series, two share one once
 * in 20,000 times, and then the sender counts as having one series less.
 */
export interface Key {
  low: number;
  high: number;
}

/** The same bytes, to be read in words. */
export const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const startKey = (): Key => ({ low: 0, high: 0 });

/** Odd constants of MurmurHash3 and xxHash, which spread the bits of a product. */
const [first, second] = [0xcc9e2d51, 0x1b873593] as const;

const secret = () => randomInt(2 ** 32) | 0;
/** Of this process. */
const secrets = [secret(), secret(), secret(), secret()] as const;

/**
 * Hashes bytes in words of four: the rounds of HalfSipHash (Aumasson and Bernstein, SipHash, with words of 32 bits), one a word and two
 * at the end, since nobody sees a hash. A sender must not be able to write series that share a number, which would count as one: a
 * multiplicative hash has such texts whatever its seed is, because a flipped top bit stays a flipped top bit. The round stands here
 * twice: a function that returns four words would allocate memory for each word of each label.
 */
export function hashBytes(bytes: DataView, start: number, length: number, into: Key): Key {
  let [v0, v1, v2, v3] = secrets;
  const end = start + length;
  for (let at = start; ; at += 4) {
    const word = at + 4 <= end ? bytes.getInt32(at, true) : lastWord(bytes, at, end) | (length << 24);
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
    if (at + 4 > end) break;
  }
  v2 ^= 0xff;
  for (let round = 0; round < 2; round += 1) {
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
  }
  into.low = v1 ^ v3;
  into.high = v0 ^ v2;
  return into;
}

/** Fewer than four bytes. */
function lastWord(bytes: DataView, at: number, end: number): number {
  const bits = 8 * (end - at);
  if (at + 4 <= bytes.byteLength) return bytes.getInt32(at, true) & ((1 << bits) - 1);
  let word = 0;
  for (let byte = end - 1; byte >= at; byte -= 1) word = (word << 8) | bytes.getUint8(byte);
  return word;
}

/** Adds one hash to another; the order counts. */
export function mix(key: Key, other: Key): void {
  key.low = Math.imul(key.low ^ other.low, second) ^ (key.low >>> 13);
  key.high = Math.imul(key.high ^ other.high, first) ^ (key.high >>> 16);
}

/** 32 bits of one hash and 21 of the other: the largest whole number that a double holds exactly. */
export const numberOf = ({ low, high }: Key): number => (high >>> 11) * 2 ** 32 + (low >>> 0);
