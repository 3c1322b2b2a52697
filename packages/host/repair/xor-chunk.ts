import { LinkError } from "@metrics-link/contract";

/** One float sample. The value is kept as bits: a stale marker is a NaN whose payload has a meaning. */
export interface Sample {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** An IEEE 754 double, as unsigned integer. */
  readonly bits: bigint;
}

/** The number of samples in a chunk of any encoding: its first two bytes. */
export const samplesIn = (chunk: Uint8Array): number => ((chunk[0] ?? 0) << 8) | (chunk[1] ?? 0);

const headerBytes = 2;
/** The width of a delta of deltas, by the number of one bits before it (tsdb/chunkenc/xor.go, Next). */
const widths = [0, 14, 17, 20, 64] as const;
const all64 = (1n << 64n) - 1n;

/**
 * The samples of a Prometheus XOR chunk (tsdb/chunkenc/xor.go and tsdb/docs/format/chunks.md), oldest first.
 * @throws LinkError `REMOTE_READ_INVALID` when the chunk ends before its last sample
 */
export function* decodeXorChunk(chunk: Uint8Array): Generator<Sample> {
  const bits = new BitReader(chunk, headerBytes);
  const total = samplesIn(chunk);
  let [time, delta, value] = [0, 0, 0n];
  let [leading, trailing] = [0, 0];
  for (let index = 0; index < total; index += 1) {
    if (index === 0) {
      time = bits.varint();
      value = bits.take(64);
    } else {
      delta = index === 1 ? bits.uvarint() : delta + deltaOfDelta(bits);
      time += delta;
      if (bits.bit() === 1) {
        if (bits.bit() === 1) {
          leading = Number(bits.take(5));
          // 64 does not fit into six bits and is written as 0.
          trailing = 64 - leading - (Number(bits.take(6)) || 64);
        }
        value ^= (bits.take(64 - leading - trailing) << BigInt(trailing)) & all64;
      }
    }
    yield { time, bits: value };
  }
}

function deltaOfDelta(bits: BitReader): number {
  let ones = 0;
  while (ones < 4 && bits.bit() === 1) ones += 1;
  const width = widths[ones] ?? 0;
  if (width === 0) return 0;
  const found = bits.take(width);
  if (width === 64) return Number(BigInt.asIntN(64, found));
  // The range of a width is from -(2^(w-1) - 1) to 2^(w-1): one further up than in two's complement.
  return Number(found > 1n << BigInt(width - 1) ? found - (1n << BigInt(width)) : found);
}

/** Reads bits, the highest of each byte first. */
class BitReader {
  readonly #bytes: Uint8Array;
  #position: number;

  constructor(bytes: Uint8Array, firstByte: number) {
    this.#bytes = bytes;
    this.#position = firstByte * 8;
  }

  bit(): number {
    const byte = this.#bytes[this.#position >>> 3];
    if (byte === undefined) throw this.#tooShort();
    const bit = (byte >>> (7 - (this.#position & 7))) & 1;
    this.#position += 1;
    return bit;
  }

  /** @param count 1 to 64 */
  take(count: number): bigint {
    return count <= 32 ? BigInt(this.#upTo32(count)) : (this.take(count - 32) << 32n) | BigInt(this.#upTo32(32));
  }

  #tooShort(): LinkError {
    const what = `a chunk of ${this.#bytes.length} bytes ends before its last sample`;
    return new LinkError("REMOTE_READ_INVALID", { what });
  }

  #upTo32(count: number): number {
    let found = 0;
    for (let left = count; left > 0; ) {
      const inByte = this.#position & 7;
      const taken = Math.min(left, 8 - inByte);
      const byte = this.#bytes[this.#position >>> 3];
      if (byte === undefined) throw this.#tooShort();
      found = found * (1 << taken) + ((byte >>> (8 - inByte - taken)) & ((1 << taken) - 1));
      this.#position += taken;
      left -= taken;
    }
    return found;
  }

  /** Go's binary.Uvarint; times and deltas are far below 2^53. */
  uvarint(): number {
    let [found, factor] = [0, 1];
    for (;;) {
      const byte = this.#upTo32(8);
      found += (byte & 0x7f) * factor;
      if (byte < 0x80) return found;
      factor *= 128;
    }
  }

  /** Go's binary.Varint: zigzag. */
  varint(): number {
    const found = this.uvarint();
    return found % 2 === 0 ? found / 2 : -(found + 1) / 2;
  }
}
