import type { TimeSeries } from "./messages.ts";
import type { SeriesSpan } from "./read.ts";
import { added, batches, deliver, type Write } from "./write.ts";

/** The result of one span, or of several. */
export interface Tally {
  /** The most in one span. */
  readonly series: number;
  /** Acknowledged by the receiver, including those that it had already. */
  readonly samples: number;
  /** Reason → samples that the receiver still lacks. */
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
 * Reads a span and writes it to the receiver.
 * @param allowance waits until this many samples may be written
 * @throws Unavailable, or an error of the reader; what was written by then is written again next time, which is harmless:
 *   the receiver ignores equal samples
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

/** Series arrive sorted; the parts of a series that spans several frames have the same labels. */
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

const longestSleepMs = 250;

/**
 * Limits writes to an average rate. An unused allowance is not saved up.
 * @param samplesPerSecond the current limit, above 0; read repeatedly while a write waits
 */
export function pace(
  samplesPerSecond: () => number,
  now: () => number,
  sleep: (milliseconds: number) => Promise<void>,
): (samples: number) => Promise<void> {
  let [owed, at] = [0, now()];
  return async (samples) => {
    for (;;) {
      const rate = samplesPerSecond();
      const then = at;
      at = now();
      owed = Math.max(0, owed - ((at - then) / 1000) * rate);
      // Less than one sample is a rounding error.
      if (owed < 1) break;
      await sleep(Math.min((owed / rate) * 1000, longestSleepMs));
    }
    owed += samples;
  };
}
