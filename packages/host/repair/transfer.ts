import { batches } from "./batches.ts";
import { added, deliver, type Write } from "./deliver.ts";
import type { TimeSeries } from "./messages.ts";
import type { SeriesSpan } from "./read-series.ts";

/** What became of a span, or of several. */
export interface Tally {
  /** The most that one span had. */
  readonly series: number;
  /** Acknowledged by the receiver; those that it had already are among them. */
  readonly samples: number;
  /** Reason → samples that the receiver does not have after this. */
  readonly skipped: Readonly<Record<string, number>>;
}

export const nothing: Tally = { series: 0, samples: 0, skipped: {} };

export const sumOf = (one: Tally, other: Tally): Tally => ({
  series: Math.max(one.series, other.series),
  samples: one.samples + other.samples,
  skipped: added(one.skipped, other.skipped),
});

export const nativeHistogram = "native histogram";

/**
 * Reads a span and writes it again.
 * @param allowance waits until so many samples may be written
 * @throws Unavailable, or an error of the reader; what was written until then is written again next time, which
 *   harms nothing: an equal sample is no second one
 */
export async function transfer(
  source: AsyncIterable<SeriesSpan>,
  write: Write,
  allowance: (samples: number) => Promise<void>,
): Promise<Tally> {
  let tally = nothing;
  const counted = counting(source, (series, histograms) => {
    tally = {
      ...tally,
      series: tally.series + series,
      skipped: histograms === 0 ? tally.skipped : added(tally.skipped, { [nativeHistogram]: histograms }),
    };
  });
  for await (const batch of batches(counted)) {
    await allowance(batch.samples);
    const { acknowledged, refused } = await deliver(write, batch);
    tally = { ...tally, samples: tally.samples + acknowledged, skipped: added(tally.skipped, refused) };
  }
  return tally;
}

/** Series come sorted; one that is cut into frames has the same labels in each. */
async function* counting(
  source: AsyncIterable<SeriesSpan>,
  count: (series: number, histograms: number) => void,
): AsyncGenerator<TimeSeries> {
  let before = "";
  for await (const { labels, samples, histograms } of source) {
    const key = JSON.stringify(labels);
    count(key !== before && samples.length > 0 ? 1 : 0, histograms);
    if (samples.length > 0) before = key;
    yield { labels, samples };
  }
}
