import { LinkError, printableLines } from "@metrics-link/contract";
import { asSent, fixedLabels, remoteWrite } from "@metrics-link/release";
import { compress } from "snappyjs";
import { post, textOf } from "../common/http.ts";
import { encodeWriteRequest, type Label, type TimeSeries } from "./messages.ts";
import type { RepairSettings } from "./settings.ts";

/** As many samples as the link's own queue sends in one request, and far below the receiver's limit of 2 MiB. */
const samplesLimit = 2000;
const labelBytesLimit = 512 * 1024;

/** The content of one request. */
export interface Batch {
  readonly series: readonly TimeSeries[];
  readonly samples: number;
}

const batchOf = (series: readonly TimeSeries[]): Batch => ({
  series,
  samples: series.reduce((total, { samples }) => total + samples.length, 0),
});

const bytesOf = (labels: readonly Label[]) =>
  labels.reduce((total, { name, value }) => total + name.length + value.length, 0);

/**
 * Packs series into batches, in order; keeps one batch in memory. Labels of megabytes get a batch of their own: each half of
 * a larger one would have to be compressed again.
 */
export async function* batches(source: AsyncIterable<TimeSeries>): AsyncGenerator<Batch> {
  let series: TimeSeries[] = [];
  let [samples, labelBytes] = [0, 0];
  for await (const { labels, samples: all } of source) {
    const bytes = bytesOf(labels);
    if (bytes >= labelBytesLimit && series.length > 0) {
      yield batchOf(series);
      series = [];
      [samples, labelBytes] = [0, 0];
    }
    for (let start = 0; start < all.length; ) {
      const part = all.slice(start, start + samplesLimit - samples);
      series.push({ labels, samples: part });
      start += part.length;
      samples += part.length;
      labelBytes += bytes;
      if (samples < samplesLimit && labelBytes < labelBytesLimit) continue;
      yield batchOf(series);
      series = [];
      [samples, labelBytes] = [0, 0];
    }
  }
  if (series.length > 0) yield batchOf(series);
}

/** Splits a batch of more than one sample. */
function halves({ series }: Batch): readonly [Batch, Batch] {
  const [only] = series;
  if (series.length === 1 && only) {
    const middle = only.samples.length >> 1;
    const part = (from: number, to?: number) => batchOf([{ ...only, samples: only.samples.slice(from, to) }]);
    return [part(0, middle), part(middle)];
  }
  const middle = series.length >> 1;
  return [batchOf(series.slice(0, middle)), batchOf(series.slice(middle))];
}

/**
 * Splits off what the receiver's answer points at: it tells the time and the value of a second value for one time, but not the
 * series. It refuses such a sample for as long as it has no newer one of that series, so there is no time to halve.
 */
function suspectsIn({ series }: Batch, text: string): readonly [Batch, Batch] | undefined {
  const [, time, value] = /^duplicate sample for timestamp (\d+);.* new value (\S+)/.exec(text) ?? [];
  if (time === undefined) return undefined;
  const isSuspect = ({ samples }: TimeSeries) =>
    samples.some((sample) => sample.time === Number(time) && doubleOf(sample.bits) === Number(value));
  const suspects = series.filter(isSuspect);
  if (suspects.length === 0 || suspects.length > series.length / 2) return undefined;
  return [batchOf(suspects), batchOf(series.filter((one) => !isSuspect(one)))];
}

function doubleOf(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

/** A batch of only the newest sample. */
function newestOf({ series }: Batch): Batch {
  let newest: TimeSeries | undefined;
  for (const { labels, samples } of series) {
    for (const sample of samples) {
      if (sample.time > (newest?.samples[0]?.time ?? Number.NEGATIVE_INFINITY)) newest = { labels, samples: [sample] };
    }
  }
  return batchOf(newest ? [newest] : []);
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Writes a batch and returns the receiver's answer. */
export type Write = (batch: Batch) => Promise<Answer>;

/** Samples of one series that the receiver refused, alone or with a batch that is too old as a whole. */
export interface Refusal {
  readonly labels: readonly Label[];
  readonly reason: string;
  readonly samples: number;
}

/** The result of a batch: every sample is acknowledged or rejected. */
interface Delivery {
  readonly acknowledged: number;
  readonly refusals: readonly Refusal[];
}

/** The link takes no samples now; nothing is wrong with these. */
export class Unavailable extends LinkError {
  constructor(what: string, cause?: unknown) {
    super("LINK_UNAVAILABLE", { what, cause });
    this.name = "Unavailable";
  }
}

/** Longer than the timeout of Envoy's route; the same as Prometheus' `remote_timeout`. */
const timeoutMs = 30_000;

/**
 * Remote Write 1 through the link's own Envoy. A request that is larger than the receiver takes is not sent: Envoy would answer
 * and close the connection before it is read, which looks like a link that fails.
 * @param writeUrl its listener on loopback
 * @param externalLabels the sender's identity: each series is labelled as the queue labels it
 */
export function writeTo(writeUrl: string, externalLabels: RepairSettings["externalLabels"]): Write {
  const sent = sentLabels(externalLabels);
  return async ({ series }) => {
    const body = compress(encodeWriteRequest(series.map((one) => ({ ...one, labels: sent(one.labels) }))));
    if (body.length > remoteWrite.bodyBytes) return { status: 413, text: `a request of ${body.length} bytes` };
    const headers = {
      "content-type": "application/x-protobuf",
      "content-encoding": "snappy",
      "x-prometheus-remote-write-version": "0.1.0",
    };
    const answer = await post(writeUrl, headers, body, timeoutMs);
    return { status: answer.statusCode ?? 0, text: await textOf(answer) };
  };
}

/**
 * The labels of a series as the receiver gets them, sorted by the bytes of their names: the gate refuses any other order (Remote Write
 * 1, "Labels"). Nearly all have nothing to change, and this process has no compiler.
 */
function sentLabels(externalLabels: RepairSettings["externalLabels"]): (labels: readonly Label[]) => readonly Label[] {
  const fixed = new Map(fixedLabels(externalLabels).map(({ name, value }) => [name, value]));
  return (labels) => {
    if (labels.every(({ name, value }) => (fixed.get(name) ?? value) === value)) return labels;
    const named = Object.fromEntries(labels.map(({ name, value }) => [name, value]));
    return Object.entries(asSent(named, externalLabels))
      .map(([name, value]) => ({ name, value }))
      .toSorted((one, other) => Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)));
  };
}

/**
 * Writes a batch until every sample is acknowledged or rejected. One rejected sample makes the receiver roll back the whole
 * request (Remote Write 1, storage/remote/write_handler.go), so a rejected batch is halved until the bad samples are alone.
 * A batch that is too old as a whole costs two requests.
 * @throws Unavailable when the answer is not about the samples: 5xx, 429, a wrong route, no connection
 */
export async function deliver(write: Write, batch: Batch): Promise<Delivery> {
  const { status, text } = await write(batch).catch((cause: Error) => {
    throw new Unavailable(cause.message, cause);
  });
  if (status >= 200 && status < 300) return { acknowledged: batch.samples, refusals: [] };
  // Only these two are about the content of the request.
  if (status !== 400 && status !== 413) throw new Unavailable(`the link answers ${status}: ${printableLines(text)}`);
  const reason = reasonOf(status, text);
  // The labels of the only series are to blame: its samples are few bytes.
  if (batch.samples <= 1 || (reason === tooLarge && batch.series.length === 1)) return refusal(batch, reason);
  if (reason === tooOld) {
    const probe = await deliver(write, newestOf(batch));
    if (probe.refusals.some((one) => one.reason === tooOld)) return refusal(batch, reason);
  }
  const [one, other] = suspectsIn(batch, text) ?? halves(batch);
  return sum(await deliver(write, one), await deliver(write, other));
}

const tooOld = "too old";
export const tooLarge = "larger than a request may be";
export const notUtf8 = "labels that are not UTF-8";
const refusal = ({ series }: Batch, reason: string): Delivery => ({
  acknowledged: 0,
  refusals: series.map(({ labels, samples }) => ({ labels, reason, samples: samples.length })),
});

/** By Prometheus' error messages (storage/interface.go). */
function reasonOf(status: number, text: string): string {
  if (/too old sample/.test(text)) return tooOld;
  if (/out of bounds/.test(text)) return "out of bounds";
  if (/duplicate sample/.test(text)) return "another value is stored";
  if (/out of order/.test(text)) return "out of order";
  if (status === 413) return tooLarge;
  return `answered ${status}`;
}

const sum = (one: Delivery, other: Delivery): Delivery => ({
  acknowledged: one.acknowledged + other.acknowledged,
  refusals: [...one.refusals, ...other.refusals],
});

/** Refused samples by reason. */
export const countsOf = (refusals: readonly Refusal[]): Record<string, number> =>
  refusals.reduce<Record<string, number>>((total, { reason, samples }) => added(total, { [reason]: samples }), {});

/** Adds counts by their reasons. */
export function added(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): Record<string, number> {
  const total: Record<string, number> = { ...one };
  for (const [reason, count] of Object.entries(other)) total[reason] = (total[reason] ?? 0) + count;
  return total;
}
