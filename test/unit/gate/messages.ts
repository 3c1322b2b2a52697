import protobuf from "protobufjs";
import { compress } from "snappyjs";

/** The messages of Remote Write 1 and 2, as Prometheus 3.13.5 has them (prompb/*.proto). */
const types = `
syntax = "proto3";
package prometheus;
message WriteRequest { repeated TimeSeries timeseries = 1; repeated MetricMetadata metadata = 3; }
message MetricMetadata { int32 type = 1; string metric_family_name = 2; string help = 4; string unit = 5; }
message Sample { double value = 1; int64 timestamp = 2; }
message Exemplar { repeated Label labels = 1; double value = 2; int64 timestamp = 3; }
message Label { string name = 1; string value = 2; }
message TimeSeries {
  repeated Label labels = 1; repeated Sample samples = 2; repeated Exemplar exemplars = 3; repeated Histogram histograms = 4;
}
message BucketSpan { sint32 offset = 1; uint32 length = 2; }
message Histogram {
  oneof count { uint64 count_int = 1; double count_float = 2; }
  double sum = 3; sint32 schema = 4; double zero_threshold = 5;
  oneof zero_count { uint64 zero_count_int = 6; double zero_count_float = 7; }
  repeated BucketSpan negative_spans = 8; repeated sint64 negative_deltas = 9; repeated double negative_counts = 10;
  repeated BucketSpan positive_spans = 11; repeated sint64 positive_deltas = 12; repeated double positive_counts = 13;
  int32 reset_hint = 14; int64 timestamp = 15; repeated double custom_values = 16; int64 start_timestamp = 17;
}
message Request { repeated string symbols = 4; repeated TimeSeriesV2 timeseries = 5; }
message TimeSeriesV2 {
  repeated uint32 labels_refs = 1; repeated SampleV2 samples = 2; repeated Histogram histograms = 3;
  repeated ExemplarV2 exemplars = 4; Metadata metadata = 5;
}
message ExemplarV2 { repeated uint32 labels_refs = 1; double value = 2; int64 timestamp = 3; }
message SampleV2 { double value = 1; int64 timestamp = 2; int64 start_timestamp = 3; }
message Metadata { int32 type = 1; uint32 help_ref = 3; uint32 unit_ref = 4; }
`;

const { root } = protobuf.parse(types, { keepCase: true });
// Lists of numbers are packed, as in proto3, once this is resolved.
root.resolveAll();
const encoder = (name: string) => {
  const type = root.lookupType(`prometheus.${name}`);
  return (message: object): Uint8Array => type.encode(type.fromObject(message)).finish();
};

export type LabelPairs = readonly (readonly [name: string, value: string])[];

interface Point {
  readonly value: number;
  readonly timestamp: number;
}

/** A native histogram of integers, as far as these tests vary it. */
export interface HistogramPoint {
  readonly timestamp: number;
  readonly counts: readonly number[];
}

export interface Series {
  readonly labels: LabelPairs;
  readonly samples?: readonly Point[];
  readonly histograms?: readonly HistogramPoint[];
  readonly exemplars?: readonly (Point & { readonly labels: LabelPairs })[];
  /** Of version 2. */
  readonly metadata?: { readonly type: number; readonly help: string; readonly unit: string };
  readonly startTimestamp?: number;
}

export interface FamilyMetadata {
  readonly type: number;
  readonly metric_family_name: string;
  readonly help: string;
  readonly unit?: string;
}

const histogramOf = ({ timestamp, counts }: HistogramPoint) => ({
  count_int: counts.reduce((sum, count) => sum + count, 0),
  sum: 1.5,
  schema: 0,
  zero_threshold: 1e-128,
  zero_count_int: 0,
  positive_spans: [{ offset: 0, length: counts.length }],
  positive_deltas: counts.map((count, index) => count - (counts[index - 1] ?? 0)),
  timestamp,
});

const writeRequest = encoder("WriteRequest");
const request = encoder("Request");

/** A `prometheus.WriteRequest`, not compressed. */
export const encodeV1 = (series: readonly Series[], metadata: readonly FamilyMetadata[] = []): Uint8Array =>
  writeRequest({
    timeseries: series.map(({ labels, samples = [], histograms = [], exemplars = [] }) => ({
      labels: labels.map(([name, value]) => ({ name, value })),
      samples,
      exemplars: exemplars.map((one) => ({ ...one, labels: one.labels.map(([name, value]) => ({ name, value })) })),
      histograms: histograms.map(histogramOf),
    })),
    metadata,
  });

/** An `io.prometheus.write.v2.Request`, not compressed. @param symbols the start of its table */
export function encodeV2(series: readonly Series[], symbols: readonly string[] = [""]): Uint8Array {
  const table = [...symbols];
  const known = new Map(table.map((text, index) => [text, index]));
  const refer = (text: string): number => {
    const found = known.get(text) ?? table.push(text) - 1;
    known.set(text, found);
    return found;
  };
  const references = (labels: LabelPairs) => labels.flatMap((pair) => pair.map(refer));
  const timeseries = series.map(
    ({ labels, samples = [], histograms = [], exemplars = [], metadata, startTimestamp: start_timestamp = 0 }) => ({
      labels_refs: references(labels),
      samples: samples.map((one) => ({ ...one, start_timestamp })),
      histograms: histograms.map((one) => ({ ...histogramOf(one), start_timestamp })),
      exemplars: exemplars.map((one) => ({ ...one, labels_refs: references(one.labels) })),
      ...(metadata === undefined
        ? {}
        : { metadata: { type: metadata.type, help_ref: refer(metadata.help), unit_ref: refer(metadata.unit) } }),
    }),
  );
  return request({ symbols: table, timeseries });
}

/** The label sets of a message, as a library reads it: pairs of name and value in the order of the message. */
export function decodedLabels(protocol: 1 | 2, bytes: Uint8Array): (readonly [string, string])[][] {
  const type = root.lookupType(`prometheus.${protocol === 1 ? "WriteRequest" : "Request"}`);
  const { symbols = [], timeseries = [] } = type.toObject(type.decode(bytes)) as {
    readonly symbols?: readonly string[];
    readonly timeseries?: readonly {
      readonly labels?: readonly { readonly name?: string; readonly value?: string }[];
      readonly labels_refs?: readonly number[];
    }[];
  };
  const text = (ref: number | undefined) => symbols[ref ?? -1] ?? "";
  return timeseries.map(({ labels = [], labels_refs: refs = [] }) => [
    ...labels.map(({ name = "", value = "" }) => [name, value] as const),
    ...refs.flatMap((ref, index) => (index % 2 === 0 ? [[text(ref), text(refs[index + 1])] as const] : [])),
  ]);
}

/** Any message of these types, for requests that no sender writes. */
export const encodeAny = (name: string, message: object): Uint8Array => encoder(name)(message);

export const encodedAs = { 1: encodeV1, 2: encodeV2 } as const;

export const contentTypes = {
  1: "application/x-protobuf",
  2: "application/x-protobuf;proto=io.prometheus.write.v2.Request",
} as const;

export const snappy = (message: Uint8Array): Uint8Array => compress(message);

/** Series as node_exporter has them: one sample each. */
export function nodeSeries(count: number, labels: LabelPairs, timestamp: number): Series[] {
  return Array.from({ length: count }, (_, index) => ({
    labels: [
      ["__name__", `node_metric_${index % 300}_seconds_total`],
      ...labels,
      ["device", `eth${index}`],
      ["instance", "127.0.0.1:9100"],
      ["job", "node"],
      ["mode", index % 2 === 0 ? "idle" : "system"],
    ],
    samples: [{ value: index * 1.5, timestamp: timestamp + (index % 1000) }],
  }));
}
