import { isUtf8 } from "node:buffer";
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { Sample } from "./xor-chunk.ts";

/**
 * The messages of remote read and Remote Write 1 (Prometheus, prompb/remote.proto and types.proto). Values are written as
 * `fixed64`, which has the wire format of a double: no NaN passes through a JavaScript number.
 */
export interface Label {
  readonly name: string;
  readonly value: string;
}

interface Chunk {
  /** Milliseconds since 1970, both inclusive. */
  readonly minTime: number;
  readonly maxTime: number;
  /** 1 XOR, 2 histogram, 3 float histogram (Chunk.Encoding). */
  readonly encoding: number;
  readonly data: Uint8Array;
}

export const xorEncoding = 1;
export const histogramEncodings: readonly number[] = [2, 3];

/** A series, or the next part of one whose chunks did not fit into one frame. */
interface ChunkedSeries {
  readonly labels: readonly Label[];
  /** False for labels that Prometheus made of bytes; here they have U+FFFD in place of these. */
  readonly areUtf8: boolean;
  readonly chunks: readonly Chunk[];
}

export interface TimeSeries {
  readonly labels: readonly Label[];
  readonly samples: readonly Sample[];
}

/** A part of a window, both ends inclusive, in milliseconds since 1970: read in one request, and again after a kill. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const [equal, notEqual] = [0, 1] as const;
const streamedXorChunks = 1;

/**
 * A ReadRequest for streamed chunks.
 * @param series the labels of the series to read, one query each; every series, unless given
 */
export function encodeReadRequest({ from, to }: Span, series?: readonly (readonly Label[])[]): Uint8Array {
  const writer = new BinaryWriter();
  // Matches everything: every series has a name, and a query without a matcher is rejected.
  const everything = [{ type: notEqual, name: "__name__", value: "" }];
  const queries = series?.map((labels) => labels.map((label) => ({ type: equal, ...label }))) ?? [everything];
  for (const matchers of queries) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.Varint).int64(from);
    writer.tag(2, WireType.Varint).int64(to);
    for (const { type, name, value } of matchers) {
      writer.tag(3, WireType.LengthDelimited).fork();
      writer.tag(1, WireType.Varint).int32(type);
      writer.tag(2, WireType.LengthDelimited).string(name);
      writer.tag(3, WireType.LengthDelimited).string(value);
      writer.join();
    }
    writer.join();
  }
  writer.tag(2, WireType.Varint).int32(streamedXorChunks);
  return writer.finish();
}

/** A WriteRequest. */
export function encodeWriteRequest(series: readonly TimeSeries[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const { labels, samples } of series) {
    writer.tag(1, WireType.LengthDelimited).fork();
    for (const { name, value } of labels) {
      writer.tag(1, WireType.LengthDelimited).fork();
      writer.tag(1, WireType.LengthDelimited).string(name);
      writer.tag(2, WireType.LengthDelimited).string(value);
      writer.join();
    }
    for (const { time, bits } of samples) {
      writer.tag(2, WireType.LengthDelimited).fork();
      writer.tag(1, WireType.Bit64).fixed64(bits);
      writer.tag(2, WireType.Varint).int64(time);
      writer.join();
    }
    writer.join();
  }
  return writer.finish();
}

/** The series of a ChunkedReadResponse. */
export function* decodeChunkedReadResponse(message: Uint8Array): Generator<ChunkedSeries> {
  for (const series of fieldsOf(message, 1)) {
    const labels = [...fieldsOf(series, 1)];
    yield {
      labels: labels.map(labelOf),
      areUtf8: labels.every((label) => [1, 2].every((field) => [...fieldsOf(label, field)].every(isUtf8))),
      chunks: [...fieldsOf(series, 2)].map(chunkOf),
    };
  }
}

/** The first labels of the first series of a ChunkedReadResponse that is cut off: those that are whole. */
export function beginningOfSeries(message: Uint8Array): readonly Label[] {
  const labels: Label[] = [];
  try {
    const reader = new BinaryReader(message);
    // The first field is the first series; its length is that of the whole one.
    reader.tag();
    reader.uint32();
    for (;;) {
      const [field] = reader.tag();
      if (field !== 1) break;
      labels.push(labelOf(reader.bytes()));
    }
  } catch {
    // The rest is not here.
  }
  return labels;
}

/** The sub-messages of one field. */
function* fieldsOf(message: Uint8Array, wanted: number): Generator<Uint8Array> {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === wanted) yield reader.bytes();
    else reader.skip(wireType, field);
  }
}

function labelOf(message: Uint8Array): Label {
  const label = { name: "", value: "" };
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) label.name = reader.string();
    else if (field === 2) label.value = reader.string();
    else reader.skip(wireType, field);
  }
  return label;
}

function chunkOf(message: Uint8Array): Chunk {
  let data: Uint8Array = new Uint8Array();
  const chunk = { minTime: 0, maxTime: 0, encoding: 0 };
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) chunk.minTime = Number(reader.int64());
    else if (field === 2) chunk.maxTime = Number(reader.int64());
    else if (field === 3) chunk.encoding = reader.int32();
    else if (field === 4) data = reader.bytes();
    else reader.skip(wireType, field);
  }
  return { ...chunk, data };
}
