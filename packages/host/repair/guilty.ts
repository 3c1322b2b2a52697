import { setTimeout as pause } from "node:timers/promises";
import { readSeries, type SeriesSpan } from "./read.ts";
import type { Reading } from "./reading.ts";
import type { Refused } from "./refused.ts";
import { transfer } from "./transfer.ts";
import type { Write } from "./write.ts";

/** The newest sample of every series is written again: at most so often, and in at most a fifth of the time. */
const everyMs = 20_000;
const pauseFactor = 5;
/** The longest usual interval. */
const withinMs = 60_000;

/** When the receiver refuses live batches: which series are to blame. A backfill may come too late to be refused. */
export class SearchForGuilty {
  readonly #prometheusUrl: string;
  readonly #write: Write;
  readonly #refused: Refused;
  #sought = { dropped: Number.POSITIVE_INFINITY, at: 0 };

  constructor(prometheusUrl: string, write: Write, refused: Refused) {
    this.#prometheusUrl = prometheusUrl;
    this.#write = write;
    this.#refused = refused;
  }

  /** @param reading undefined while the link has nothing to spare */
  async look(reading: Pick<Reading, "dropped"> | undefined): Promise<void> {
    if (reading === undefined) return;
    const { dropped } = reading;
    const { at } = this.#sought;
    if (dropped <= this.#sought.dropped) {
      this.#sought = { dropped, at };
      return;
    }
    const now = Date.now();
    if (now - at < everyMs) return;
    this.#sought = { dropped, at: now };
    const source = readSeries(`${this.#prometheusUrl}/api/v1/read`, { from: now - withinMs, to: now });
    // At once: a moment later the receiver has newer samples of the guilty series, and takes this one.
    await transfer(newestOf(source), this.#write, async () => {}, this.#refused);
    await pause((Date.now() - now) * pauseFactor);
  }
}

/**
 * The newest sample of each series. The receiver refuses a second value for one time only while it is the newest of its series;
 * later it takes it for one that comes late.
 */
async function* newestOf(source: AsyncIterable<SeriesSpan>): AsyncGenerator<SeriesSpan> {
  for await (const span of source) yield { ...span, samples: span.samples.slice(-1), histograms: 0 };
}
