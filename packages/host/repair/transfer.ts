import type { TimeSeries } from "./messages.ts";
import type { SeriesSpan } from "./read.ts";
import { added, batches, countsOf, deliver, notUtf8, type Refusal, tooLarge, type Write } from "./write.ts";

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

const nativeHistogram = "native histogram";

/** Is told of the series that a transfer has met. */
interface Witness {
  read(labels: SeriesSpan["labels"], now: number): Promise<void>;
  refuse(refusals: readonly Refusal[], now: number): Promise<void>;
}

const nobody: Witness = { read: async () => {}, refuse: async () => {} };

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
  witness = nobody,
): Promise<Tally> {
  let tally = nothing;
  const counted = counting(source, witness, (series, left) => {
    tally = {
      ...tally,
      series: tally.series + series,
      skipped: left === undefined ? tally.skipped : added(tally.skipped, left),
    };
  });
  for await (const batch of batches(counted)) {
    await allowance(batch.samples);
    const { acknowledged, refusals } = await deliver(write, batch);
    await witness.refuse(refusals, Date.now());
    tally = { ...tally, samples: tally.samples + acknowledged, skipped: added(tally.skipped, countsOf(refusals)) };
  }
  return tally;
}

/** Series arrive sorted; the parts of a series that spans several frames have the same labels. */
async function* counting(
  source: AsyncIterable<SeriesSpan>,
  witness: Witness,
  count: (series: number, left?: Readonly<Record<string, number>>) => void,
): AsyncGenerator<TimeSeries> {
  let before = "";
  const leaveOut = async (refusal: Refusal) => {
    count(0, countsOf([refusal]));
    await witness.refuse([refusal], Date.now());
  };
  for await (const { labels, samples, histograms, isTooLarge, isNotUtf8 } of source) {
    if (histograms > 0) count(0, { [nativeHistogram]: histograms });
    // How many samples it has is not read: one, at least.
    if (isTooLarge) await leaveOut({ labels, reason: tooLarge, samples: 1 });
    if (samples.length === 0) continue;
    // Under the labels that were read it would be another series, and the receiver does not take its own.
    if (isNotUtf8) {
      await leaveOut({ labels, reason: notUtf8, samples: samples.length });
      continue;
    }
    const key = JSON.stringify(labels);
    if (key !== before) count(1);
    before = key;
    await witness.read(labels, Date.now());
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
