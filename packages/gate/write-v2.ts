import { hashBytes, startKey, viewOf } from "./hash.ts";
import { shownLabels } from "./labels.ts";
import { unexpected } from "./points.ts";
import { Refused } from "./reasons.ts";
import { type Walk, weigh } from "./walk.ts";
import { delimited, Reader, unknownField, varint } from "./wire.ts";

const messageTag = (field: number) => (field << 3) | delimited;
const symbolsField = 4;
const seriesField = 5;

/** Where each symbol is in the message, and its hash. */
interface Symbols {
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  readonly lows: Int32Array;
  readonly highs: Int32Array;
}

const [nameKey, valueKey] = [startKey(), startKey()];

/**
 * Reads an `io.prometheus.write.v2.Request` (Remote Write 2): the symbols first, then the series that refer to them.
 * References are compared by the bytes that they lead to, so two symbols of one text are one name.
 *
 * Its metadata belongs to a series, and so to the sender whose labels that series has. Prometheus makes the labels `__type__`
 * and `__unit__` of it if told to (type-and-unit-labels); neither can be pinned.
 * @throws Refused
 */
export function readRequest(walk: Walk): void {
  const { reader, points, limits } = walk;
  const end = reader.bytes.length;
  const symbols = symbolTable(reader, end, limits.symbols);
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag !== messageTag(seriesField)) throw outerField(tag);
    const last = reader.delimited(end);
    walk.series = { start: reader.position, end: last };
    points.count("series");
    timeSeries(walk, symbols, last);
  }
}

/** Fields 1 to 3 are reserved for Remote Write 1, of which this message is not one. */
const outerField = (tag: number): Refused =>
  tag >>> 3 < symbolsField ? unknownField(tag) : unexpected(tag, seriesField);

/** All symbols, which stand in front of the series. The first one is empty, as the specification has it. */
function symbolTable(reader: Reader, end: number, most: number): Symbols {
  const start = reader.position;
  let count = 0;
  for (; reader.position < end && reader.bytes[reader.position] === messageTag(symbolsField); count += 1) {
    if (count >= most) throw new Refused("counts");
    reader.position += 1;
    reader.position = reader.delimited(end);
  }
  reader.position = start;
  const view = viewOf(reader.bytes);
  const table: Symbols = {
    starts: new Int32Array(count),
    lengths: new Int32Array(count),
    lows: new Int32Array(count),
    highs: new Int32Array(count),
  };
  for (let index = 0; index < count; index += 1) {
    reader.position += 1;
    const last = reader.delimited(end);
    const length = last - reader.position;
    hashBytes(view, reader.position, length, nameKey);
    table.starts[index] = reader.position;
    table.lengths[index] = length;
    table.lows[index] = nameKey.low;
    table.highs[index] = nameKey.high;
    reader.position = last;
  }
  if (count > 0 && table.lengths[0] !== 0) throw new Refused("symbols");
  return table;
}

/** labels_refs 1, samples 2, histograms 3, exemplars 4, metadata 5. Without labels_refs there is no pinned label. */
function timeSeries(walk: Walk, symbols: Symbols, end: number): void {
  const { reader, labels, points, keys } = walk;
  labels.begin();
  let done = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    const field = tag >>> 3;
    const repeats = field >= 2 && field <= 4;
    if (field < done || field > 5 || (field === done && !repeats) || (tag & 7) !== delimited) throw unexpected(tag, 5);
    if (done === 0 && field !== 1) throw new Refused("label_missing");
    done = field;
    const last = reader.delimited(end);
    if (field === 1) {
      references(reader, last, symbols, (name, value) => {
        const { starts, lengths } = symbols;
        labels.add(starts[name] ?? 0, lengths[name] ?? 0, starts[value] ?? 0, lengths[value] ?? 0);
        labels.keep(keyOf(symbols, name, nameKey), keyOf(symbols, value, valueKey));
      });
      keys.push(labels.end());
    } else if (field === 2) points.sample(reader, last, 3);
    else if (field === 3) weigh(keys, points.histogram(reader, last, 17));
    else if (field === 4) exemplar(walk, symbols, last);
    else metadata(reader, last, symbols);
  }
  if (done === 0) throw new Refused("label_missing");
}

function keyOf(symbols: Symbols, index: number, into: { low: number; high: number }) {
  into.low = symbols.lows[index] ?? 0;
  into.high = symbols.highs[index] ?? 0;
  return into;
}

/** Packed references: a name and a value, and so on. */
function references(reader: Reader, end: number, symbols: Symbols, each: (name: number, value: number) => void): void {
  while (reader.position < end) {
    const name = reference(reader, end, symbols);
    if (reader.position >= end) throw new Refused("symbols");
    each(name, reference(reader, end, symbols));
  }
}

function reference(reader: Reader, end: number, symbols: Symbols): number {
  const index = reader.number(end);
  if (index >= symbols.starts.length) throw new Refused("symbols");
  return index;
}

/** labels_refs 1, value 2, timestamp 3. */
function exemplar({ reader, points, labels }: Walk, symbols: Symbols, end: number): void {
  const { starts, lengths } = symbols;
  points.count("exemplars");
  labels.beginExemplar();
  let done = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === messageTag(1) && done === 0) {
      references(reader, reader.delimited(end), symbols, (name, value) =>
        labels.addToExemplar(starts[name] ?? 0, lengths[name] ?? 0, starts[value] ?? 0, lengths[value] ?? 0),
      );
      done = 1;
    } else done = points.exemplarField(reader, end, tag, done);
  }
}

/** type 1, help_ref 3, unit_ref 4. */
function metadata(reader: Reader, end: number, symbols: Symbols): void {
  let done = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    const field = tag >>> 3;
    if (field <= done) throw new Refused("encoding");
    if (tag === ((1 << 3) | varint)) reader.number(end);
    else if (tag === ((3 << 3) | varint) || tag === ((4 << 3) | varint)) reference(reader, end, symbols);
    else throw field === 2 ? unknownField(tag) : unexpected(tag, 4);
    done = field;
  }
}

/** The labels of the series under way, as far as they can be read. */
export function shownSeries({ reader: { bytes }, series, limits }: Walk): string {
  const labels: [string, string][] = [];
  if (series !== undefined) {
    try {
      const symbols = symbolTable(new Reader(bytes), bytes.length, limits.symbols);
      const reader = new Reader(bytes, series.start);
      const text = (index: number) => {
        const start = symbols.starts[index] ?? 0;
        return Buffer.from(bytes.subarray(start, start + (symbols.lengths[index] ?? 0))).toString();
      };
      if (reader.tag(series.end) === messageTag(1)) {
        references(reader, reader.delimited(series.end), symbols, (name, value) => {
          labels.push([text(name), text(value)]);
        });
      }
    } catch {
      // What was read so far is shown.
    }
  }
  return shownLabels(labels);
}
