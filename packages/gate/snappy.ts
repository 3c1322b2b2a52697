import { Refused } from "./reasons.ts";

/** From this many bytes on the engine copies faster than a loop (measured on requests of node_exporter's series). */
const [longLiteral, longCopy] = [48, 24] as const;

const nothing = new Uint8Array();

/**
 * Decodes one block of snappy (google/snappy, format_description.txt). Stricter than Prometheus' own decoder, which is that of
 * S2 and reads an offset of 0 as "the last one again": whatever is decoded here decodes to the same bytes there.
 * @param limitBytes the largest message; checked against the declared length before anything is allocated
 * @param scratch where the message goes if it fits, which saves fresh pages for each request
 * @returns the message; in `scratch` it stands until the next one
 * @throws Refused `compression` or `decoded_size`
 */
export function decodeSnappy(block: Uint8Array, limitBytes: number, scratch = nothing): Uint8Array {
  const { length: declared, start } = declaredLength(block);
  if (declared > limitBytes) throw new Refused("decoded_size");
  // Not filled with zeros: every byte is written below, or the block is refused.
  const out = declared <= scratch.length ? scratch.subarray(0, declared) : Buffer.allocUnsafeSlow(declared);
  let from = start;
  let to = 0;
  const end = block.length;
  while (from < end) {
    const tag = block[from] ?? 0;
    from += 1;
    if ((tag & 3) === 0) {
      let length = tag >>> 2;
      if (length >= 60) {
        const bytes = length - 59;
        if (from + bytes > end) throw new Refused("compression");
        length = littleEndian(block, from, bytes);
        from += bytes;
      }
      length += 1;
      const next = from + length;
      if (next > end || to + length > declared) throw new Refused("compression");
      if (length >= longLiteral) {
        out.set(block.subarray(from, next), to);
        to += length;
        from = next;
      } else while (from < next) out[to++] = block[from++] ?? 0;
      continue;
    }
    let offset: number;
    let length: number;
    if ((tag & 3) === 1) {
      if (from >= end) throw new Refused("compression");
      length = ((tag >>> 2) & 7) + 4;
      offset = ((tag >>> 5) << 8) | (block[from] ?? 0);
      from += 1;
    } else {
      const bytes = (tag & 3) === 2 ? 2 : 4;
      if (from + bytes > end) throw new Refused("compression");
      length = (tag >>> 2) + 1;
      offset = littleEndian(block, from, bytes);
      from += bytes;
    }
    if (offset === 0 || offset > to || to + length > declared) throw new Refused("compression");
    let source = to - offset;
    const last = to + length;
    if (length >= longCopy && offset >= length) {
      out.copyWithin(to, source, source + length);
      to = last;
    }
    // Byte by byte: a copy may overlap itself, which repeats what it has just written.
    while (to < last) out[to++] = out[source++] ?? 0;
  }
  if (to !== declared) throw new Refused("compression");
  return out;
}

/** The preamble: a varint of at most 32 bits, in as few bytes as it takes. */
function declaredLength(block: Uint8Array): { readonly length: number; readonly start: number } {
  let length = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = block[index];
    if (byte === undefined) break;
    // Not by shifting: a number of 32 bits would become negative.
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte >= 0x80) continue;
    if ((byte === 0 && index > 0) || length > 0xffff_ffff) break;
    return { length, start: index + 1 };
  }
  throw new Refused("compression");
}

function littleEndian(block: Uint8Array, at: number, bytes: number): number {
  let value = 0;
  for (let index = bytes - 1; index >= 0; index -= 1) value = value * 256 + (block[at + index] ?? 0);
  return value;
}
