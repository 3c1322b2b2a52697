import { type SeriesLabels, shownLabels } from "./labels.ts";
import { type Points, unexpected } from "./points.ts";
import { Refused } from "./reasons.ts";
import { type Walk, weigh } from "./walk.ts";
import { delimited, Reader, unknownField, varint } from "./wire.ts";

const messageTag = (field: number) => (field << 3) | delimited;

/** Where a label's name and value are in the message; one for all labels, because a request has many. */
const place = { nameStart: 0, nameLength: 0, valueStart: 0, valueLength: 0 };

/**
 * Reads a `prometheus.WriteRequest` (Remote Write 1; prompb/remote.proto, types.proto).
 *
 * Its metadata names a metric and no sender: nobody can say whose it is. Prometheus' receiver does not store it, so a sender
 * cannot change what others' metrics are said to be; that it is well-formed is all that is demanded of it here.
 * @throws Refused
 */
export function readWriteRequest(walk: Walk): void {
  const { reader, points } = walk;
  const end = reader.bytes.length;
  let done = 1;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === messageTag(1) && done === 1) {
      const last = reader.delimited(end);
      walk.series = { start: reader.position, end: last };
      points.count("series");
      timeSeries(walk, last);
    } else if (tag === messageTag(3)) {
      done = 3;
      points.count("metadata");
      metadata(reader, reader.delimited(end));
    } else if (tag >>> 3 === 2) {
      // Reserved there: a program that knows the field reads another message.
      throw unknownField(tag);
    } else throw unexpected(tag, 3);
  }
}

/** labels 1, samples 2, exemplars 3, histograms 4: in this order, as gogo writes them. */
function timeSeries({ reader, labels, points, keys }: Walk, end: number): void {
  labels.begin();
  let done = 1;
  while (reader.position < end) {
    const tag = reader.tag(end);
    const field = tag >>> 3;
    if (field < done || field > 4 || (tag & 7) !== delimited) throw unexpected(tag, 4);
    const last = reader.delimited(end);
    if (field === 1) {
      label(reader, last);
      labels.add(place.nameStart, place.nameLength, place.valueStart, place.valueLength);
      labels.keep(
        labels.hash(0, place.nameStart, place.nameLength),
        labels.hash(1, place.valueStart, place.valueLength),
      );
      continue;
    }
    // After the last label, and so before anything that would be stored.
    if (done === 1) keys.push(labels.end());
    done = field;
    if (field === 2) points.sample(reader, last, 2);
    else if (field === 4) weigh(keys, points.histogram(reader, last, 16));
    else {
      points.count("exemplars");
      exemplar(reader, last, points, labels);
    }
  }
  if (done === 1) keys.push(labels.end());
}

/** Both fields of a label are absent when they are empty, as proto3 writes them. */
function label(reader: Reader, end: number): void {
  place.nameLength = 0;
  place.valueLength = 0;
  let done = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === messageTag(1) && done < 1) {
      const last = reader.delimited(end);
      place.nameStart = reader.position;
      place.nameLength = last - reader.position;
      reader.position = last;
      done = 1;
    } else if (tag === messageTag(2) && done < 2) {
      const last = reader.delimited(end);
      place.valueStart = reader.position;
      place.valueLength = last - reader.position;
      reader.position = last;
      done = 2;
    } else throw unexpected(tag, 2);
  }
}

/** labels 1, value 2, timestamp 3. */
function exemplar(reader: Reader, end: number, points: Points, labels: SeriesLabels): void {
  labels.beginExemplar();
  let done = 1;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === messageTag(1) && done === 1) {
      label(reader, reader.delimited(end));
      labels.addToExemplar(place.nameStart, place.nameLength, place.valueStart, place.valueLength);
    } else done = points.exemplarField(reader, end, tag, done);
  }
}

/** `MetricMetadata`: type 1, metric_family_name 2, help 4, unit 5. */
function metadata(reader: Reader, end: number): void {
  let done = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    const field = tag >>> 3;
    if (field <= done) throw new Refused("encoding");
    if (tag === ((1 << 3) | varint)) reader.number(end);
    else if (tag === messageTag(2) || tag === messageTag(4) || tag === messageTag(5)) {
      reader.position = reader.delimited(end);
    } else throw field === 3 ? unknownField(tag) : unexpected(tag, 5);
    done = field;
  }
}

/** The labels of the series under way, as far as they can be read. */
export function shownSeries({ reader: { bytes }, series }: Walk): string {
  const labels: [string, string][] = [];
  if (series !== undefined) {
    const reader = new Reader(bytes, series.start);
    const text = (start: number, length: number) => Buffer.from(bytes.subarray(start, start + length)).toString();
    try {
      while (reader.position < series.end && reader.tag(series.end) === messageTag(1)) {
        label(reader, reader.delimited(series.end));
        labels.push([text(place.nameStart, place.nameLength), text(place.valueStart, place.valueLength)]);
      }
    } catch {
      // What was read so far is shown.
    }
  }
  return shownLabels(labels);
}
