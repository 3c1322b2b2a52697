import { crc32c } from "@aws-crypto/crc32c";

/** Prometheus cuts frames at 1 MiB (`--storage.remote.read-max-bytes-in-frame`); one chunk alone may exceed that. */
const frameLimitBytes = 8 * 1024 * 1024;
const crcBytes = 4;

/**
 * The frames of a streamed remote read: uvarint of the length, CRC-32C of the data as big-endian uint32, the data
 * (Prometheus, storage/remote/chunked.go). Holds one frame at a time.
 * @throws Error when a frame is torn, larger than 8 MiB, or not what was sent
 */
export async function* framesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let [held, wanted] = [0, 1];
  for await (const piece of stream) {
    pieces.push(piece);
    held += piece.length;
    if (held < wanted) continue;
    let rest = pieces.length === 1 ? piece : Buffer.concat(pieces);
    for (;;) {
      const header = headerOf(rest);
      wanted = header === undefined ? rest.length + 1 : header.end;
      if (header === undefined || rest.length < header.end) break;
      const data = rest.subarray(header.start, header.end);
      if (crc32c(data) !== header.crc) throw new Error(`a frame of ${data.length} bytes does not fit its CRC-32C`);
      yield data;
      rest = rest.subarray(header.end);
    }
    pieces = rest.length === 0 ? [] : [rest];
    held = rest.length;
  }
  if (held > 0) throw new Error(`the answer ends in a frame, of which ${held} bytes have come`);
}

function headerOf(
  bytes: Uint8Array,
): { readonly start: number; readonly end: number; readonly crc: number } | undefined {
  let [length, factor] = [0, 1];
  for (const [index, byte] of bytes.subarray(0, 5).entries()) {
    length += (byte & 0x7f) * factor;
    factor *= 128;
    if (byte >= 0x80) continue;
    if (length > frameLimitBytes) throw new Error(`a frame says that it has ${length} bytes: this is no frame`);
    const start = index + 1 + crcBytes;
    if (bytes.length < start) return undefined;
    const crc = new DataView(bytes.buffer, bytes.byteOffset + index + 1, crcBytes).getUint32(0);
    return { start, end: start + length, crc };
  }
  if (bytes.length >= 5) throw new Error("a frame says that it has more than 32 GiB: this is no frame");
  return undefined;
}
