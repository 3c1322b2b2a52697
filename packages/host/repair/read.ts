import { crc32c } from "@aws-crypto/crc32c";
import { LinkError, printableLines } from "@metrics-link/contract";
import { compress } from "snappyjs";
import { post, textOf } from "../common/http.ts";
import {
  beginningOfSeries,
  decodeChunkedReadResponse,
  encodeReadRequest,
  histogramEncodings,
  type Label,
  type Span,
  xorEncoding,
} from "./messages.ts";
import { decodeXorChunk, type Sample, samplesIn } from "./xor-chunk.ts";

/** A series within a span, or the part of it in one frame. */
export interface SeriesSpan {
  readonly labels: readonly Label[];
  readonly samples: readonly Sample[];
  /** The number of samples in chunks of native histograms that touch the span; they are not decoded. */
  readonly histograms: number;
  /** A series with labels of megabytes, which no request can carry: only its first labels are read, and no sample. */
  readonly isTooLarge?: true;
  /**
   * A series with labels that are no UTF-8, such as a template's `slice` makes of a `ü`: the labels here are not its own.
   * Prometheus' write handler skips such a series and acknowledges the request (storage/remote/write_handler.go).
   */
  readonly isNotUtf8?: true;
}

const timeoutMs = 60_000;

/**
 * Reads the given series of a span, or all, from a Prometheus' TSDB by remote read, both ends inclusive. Prometheus adds its external
 * labels exactly as for remote write (storage/remote/read_handler.go and codec.go, MergeLabels). Chunks arrive whole;
 * samples outside of the span are dropped here. One frame is in memory at a time.
 * @throws LinkError `REQUEST_FAILED` when Prometheus refuses; `REMOTE_READ_INVALID` when the answer is truncated, corrupt
 * or in an unknown encoding
 */
export async function* readSeries(
  readUrl: string,
  span: Span,
  series?: readonly (readonly Label[])[],
): AsyncGenerator<SeriesSpan> {
  const { from, to } = span;
  const answer = await post(
    readUrl,
    {
      "content-type": "application/x-protobuf",
      "content-encoding": "snappy",
      "x-prometheus-remote-read-version": "0.1.0",
    },
    compress(encodeReadRequest(span, series)),
    timeoutMs,
  );
  const type = answer.headers["content-type"] ?? "";
  if (answer.statusCode !== 200 || !type.startsWith("application/x-streamed-protobuf")) {
    throw new LinkError("REQUEST_FAILED", {
      what: printableLines(`${readUrl} answers ${answer.statusCode} ${type}: ${await textOf(answer)}`),
    });
  }
  for await (const { data, isWhole } of framesOf(answer)) {
    if (!isWhole) {
      yield { labels: beginningOfSeries(data), samples: [], histograms: 0, isTooLarge: true };
      continue;
    }
    for (const { labels, areUtf8, chunks } of decodeChunkedReadResponse(data)) {
      const samples: Sample[] = [];
      let histograms = 0;
      for (const { encoding, data, minTime, maxTime } of chunks) {
        if (maxTime < from || minTime > to) continue;
        if (histogramEncodings.includes(encoding)) histograms += samplesIn(data);
        else if (encoding !== xorEncoding) throw invalid(`${readUrl} answers with a chunk of encoding ${encoding}`);
        else for (const sample of decodeXorChunk(data)) if (within(sample, from, to)) samples.push(sample);
      }
      yield { labels, samples, histograms, ...(areUtf8 ? {} : { isNotUtf8: true }) };
    }
  }
}

const within = ({ time }: Sample, from: number, to: number) => time >= from && time <= to;

/** Prometheus' frames have 1 MiB (`--storage.remote.read-max-bytes-in-frame`), unless one series needs more. */
const frameLimitBytes = 8 * 1024 * 1024;
/** So much of a larger frame is kept: the series' name is in it. */
const beginningBytes = 64 * 1024;
/** Longer than any frame that Prometheus can have from a TSDB. */
const absurdBytes = 4 * 1024 * 1024 * 1024;
const crcBytes = 4;

interface Frame {
  readonly data: Uint8Array;
  /** False for a frame of more than 8 MiB, of which only the beginning is here, unchecked. */
  readonly isWhole: boolean;
}

/**
 * The frames of a streamed remote read: the length as uvarint, the data's CRC-32C as big-endian uint32, the data
 * (Prometheus, storage/remote/chunked.go). Keeps one frame in memory. One series with labels of megabytes makes a frame that is
 * too large for this process: the others go on without it.
 * @throws LinkError `REMOTE_READ_INVALID` when a frame is truncated, corrupt, or claims more than 4 GiB
 */
export async function* framesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  let pieces: Uint8Array[] = [];
  let [held, wanted, skipped] = [0, 1, 0];
  for await (const whole of stream) {
    const piece = whole.subarray(Math.min(skipped, whole.length));
    skipped -= whole.length - piece.length;
    if (piece.length === 0) continue;
    pieces.push(piece);
    held += piece.length;
    if (held < wanted) continue;
    let rest = pieces.length === 1 ? piece : Buffer.concat(pieces);
    for (;;) {
      const header = headerOf(rest);
      if (header === undefined) {
        wanted = rest.length + 1;
        break;
      }
      const { start, end, crc } = header;
      const isWhole = end - start <= frameLimitBytes;
      wanted = isWhole ? end : start + beginningBytes;
      if (rest.length < wanted) break;
      const data = rest.subarray(start, wanted);
      if (isWhole && crc32c(data) !== crc) throw invalid(`a frame of ${data.length} bytes does not match its CRC-32C`);
      yield { data, isWhole };
      skipped = Math.max(0, end - rest.length);
      rest = rest.subarray(Math.min(end, rest.length));
      wanted = 1;
    }
    pieces = rest.length === 0 ? [] : [rest];
    held = rest.length;
  }
  if (held > 0 || skipped > 0) throw invalid(`the answer ends within a frame, after ${held} of its bytes`);
}

const invalid = (what: string) => new LinkError("REMOTE_READ_INVALID", { what });

function headerOf(
  bytes: Uint8Array,
): { readonly start: number; readonly end: number; readonly crc: number } | undefined {
  let [length, factor] = [0, 1];
  for (const [index, byte] of bytes.subarray(0, 5).entries()) {
    length += (byte & 0x7f) * factor;
    factor *= 128;
    if (byte >= 0x80) continue;
    if (length > absurdBytes) throw invalid(`a frame claims ${length} bytes`);
    const start = index + 1 + crcBytes;
    if (bytes.length < start) return undefined;
    const crc = new DataView(bytes.buffer, bytes.byteOffset + index + 1, crcBytes).getUint32(0);
    return { start, end: start + length, crc };
  }
  if (bytes.length >= 5) throw invalid("a frame claims more than 32 GiB");
  return undefined;
}
