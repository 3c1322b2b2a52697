import type { TimeSeries } from "./messages.ts";

/** As many samples as the link's own queue sends at once, and far below the 2 MiB that the receiver takes. */
const samplesLimit = 2000;
const labelBytesLimit = 512 * 1024;

/** What is written in one request. */
export interface Batch {
  readonly series: readonly TimeSeries[];
  readonly samples: number;
}

const batchOf = (series: readonly TimeSeries[]): Batch => ({
  series,
  samples: series.reduce((total, { samples }) => total + samples.length, 0),
});

/** Packs series into batches in the order in which they come; holds one batch. */
export async function* batches(source: AsyncIterable<TimeSeries>): AsyncGenerator<Batch> {
  let series: TimeSeries[] = [];
  let [samples, labelBytes] = [0, 0];
  for await (const { labels, samples: all } of source) {
    for (let start = 0; start < all.length; ) {
      const part = all.slice(start, start + samplesLimit - samples);
      series.push({ labels, samples: part });
      start += part.length;
      samples += part.length;
      labelBytes += labels.reduce((total, { name, value }) => total + name.length + value.length, 0);
      if (samples < samplesLimit && labelBytes < labelBytesLimit) continue;
      yield batchOf(series);
      series = [];
      [samples, labelBytes] = [0, 0];
    }
  }
  if (series.length > 0) yield batchOf(series);
}

/** Two halves of a batch that has more than one sample. */
export function halves({ series }: Batch): readonly [Batch, Batch] {
  const [only] = series;
  if (series.length === 1 && only) {
    const middle = only.samples.length >> 1;
    const part = (from: number, to?: number) => batchOf([{ ...only, samples: only.samples.slice(from, to) }]);
    return [part(0, middle), part(middle)];
  }
  const middle = series.length >> 1;
  return [batchOf(series.slice(0, middle)), batchOf(series.slice(middle))];
}

/** The newest sample of a batch, alone. */
export function newestOf({ series }: Batch): Batch {
  let newest: TimeSeries | undefined;
  for (const { labels, samples } of series) {
    for (const sample of samples) {
      if (sample.time > (newest?.samples[0]?.time ?? Number.NEGATIVE_INFINITY)) newest = { labels, samples: [sample] };
    }
  }
  return batchOf(newest ? [newest] : []);
}
