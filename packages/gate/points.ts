import { farAheadMs, type RequestLimits } from "./limits.ts";
import { Refused } from "./reasons.ts";
import { delimited, fixed64, type Reader, unknownField, varint } from "./wire.ts";

/**
 * Spans, buckets and bounds of one histogram together. Those of OpenTelemetry and of Prometheus' own clients have at most 160 buckets
 * by default. Without a limit a body of 1.5 MB has 32 million, each a byte that compresses well, of which Prometheus keeps eight.
 */
const mostParts = 1_000;
/** Of a histogram, so many take about what a series of floats takes in Prometheus' head. */
const partsOfASeries = 128;

/** Counts what a request has, and looks at each timestamp. Samples and histograms are read, never interpreted further. */
export class Points {
  series = 0;
  samples = 0;
  histograms = 0;
  /** Spans, buckets and bounds of all histograms. */
  parts = 0;
  exemplars = 0;
  metadata = 0;
  readonly #limits: RequestLimits;
  readonly #latest: number;

  /** @param now milliseconds since 1970 */
  constructor(limits: RequestLimits, now: number) {
    this.#limits = limits;
    this.#latest = now + limits.aheadMs;
  }

  /** One more of a kind. */
  count(kind: "series" | "samples" | "histograms" | "exemplars" | "metadata"): void {
    this[kind] += 1;
    if (this[kind] > this.#limits[kind]) throw new Refused("counts");
  }

  /** `Sample` of either version: value 1, timestamp 2, and in version 2 start_timestamp 3. @param last its last field */
  sample(reader: Reader, end: number, last: 2 | 3): void {
    this.count("samples");
    let done = 0;
    while (reader.position < end) {
      const tag = reader.tag(end);
      if (tag === ((1 << 3) | fixed64) && done < 1) {
        reader.skip(8, end);
        done = 1;
      } else if (tag === ((2 << 3) | varint) && done < 2) {
        this.timestamp(reader, end);
        done = 2;
      } else if (tag === ((3 << 3) | varint) && last === 3 && done < 3) {
        this.timestamp(reader, end);
        done = 3;
      } else throw unexpected(tag, last);
    }
  }

  /**
   * `Histogram` of either version: fields in ascending order, each once except the spans. Both members of a `oneof` are
   * refused: with gogo the last one wins. Schema and reset hint have 32 bits there, and never need more than 28.
   * @param last its last field, start_timestamp in version 2
   * @returns how many series of floats its series weighs besides itself
   */
  histogram(reader: Reader, end: number, last: 16 | 17): number {
    this.count("histograms");
    const before = this.parts;
    let done = 0;
    while (reader.position < end) {
      const tag = reader.tag(end);
      const field = tag >>> 3;
      if (field > last || histogramFields[field] !== (tag & 7)) throw unexpected(tag, last);
      const repeats = field === 8 || field === 11;
      const alternative = (field === 2 && done === 1) || (field === 7 && done === 6);
      if (field < done || (field === done && !repeats) || alternative) throw new Refused("encoding");
      done = field;
      if (field === 15 || field === 17) this.timestamp(reader, end);
      else if (field === 4 || field === 14) reader.number(end);
      else if ((tag & 7) === varint) reader.int64(end);
      else if ((tag & 7) === fixed64) reader.skip(8, end);
      else if (repeats) {
        this.#part(before);
        span(reader, reader.delimited(end));
      } else this.#packed(reader, field === 9 || field === 12 ? varint : fixed64, reader.delimited(end), before);
    }
    return Math.floor((this.parts - before) / partsOfASeries);
  }

  /** A list of numbers. @param before the parts of the histograms before this one */
  #packed(reader: Reader, type: typeof varint | typeof fixed64, end: number, before: number): void {
    while (reader.position < end) {
      this.#part(before);
      if (type === varint) reader.int64(end);
      else reader.skip(8, end);
    }
  }

  #part(before: number): void {
    this.parts += 1;
    if (this.parts - before > mostParts) throw new Refused("histogram_size");
  }

  /** A value, and when it was: after the labels of an exemplar, fields 2 and 3 of either version. */
  exemplarField(reader: Reader, end: number, tag: number, done: number): number {
    if (tag === ((2 << 3) | fixed64) && done < 2) {
      reader.skip(8, end);
      return 2;
    }
    if (tag !== ((3 << 3) | varint) || done >= 3) throw unexpected(tag, 3);
    this.timestamp(reader, end);
    return 3;
  }

  timestamp(reader: Reader, end: number): void {
    const time = reader.int64(end);
    if (time > this.#latest) {
      throw new Refused(time > this.#latest + farAheadMs ? "timestamp_far_ahead" : "timestamp_ahead");
    }
  }
}

/** `BucketSpan`: offset 1, length 2. */
function span(reader: Reader, end: number): void {
  let done = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    const field = tag >>> 3;
    if (field > 2 || field <= done || (tag & 7) !== varint) throw unexpected(tag, 2);
    reader.number(end);
    done = field;
  }
}

/** Wire types by field number. Lists of numbers are packed, as proto3 writes them. */
const histogramFields: readonly (number | undefined)[] = [
  undefined,
  ...[varint, fixed64, fixed64, varint, fixed64, varint, fixed64],
  ...[delimited, delimited, delimited, delimited, delimited, delimited],
  ...[varint, varint, delimited, varint],
];

/** A field that is not known, or one that is known and stands where it may not. @param last the last known field */
export function unexpected(tag: number, last: number): Refused {
  return tag >>> 3 > last ? unknownField(tag) : new Refused("encoding");
}
