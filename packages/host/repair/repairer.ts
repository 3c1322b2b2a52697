import { setTimeout as pause } from "node:timers/promises";
import { LinkError } from "@metrics-link/contract";
import { writeDurably } from "../common/files.ts";
import { ask } from "../common/http.ts";
import { parseMetrics } from "../common/prometheus.ts";
import { readSeries } from "./read.ts";
import { type Reading, readingOf } from "./reading.ts";
import { newestOf, Refused, recordingRules } from "./refused.ts";
import type { RepairSettings } from "./settings.ts";
import { metricsOf, readState, reportOf, type State, writeReport, writeState } from "./state.ts";
import { pace, transfer } from "./transfer.ts";
import { advance } from "./watermark.ts";
import { nextSpan, type Span, withSpanDone, withWindow } from "./windows.ts";
import { added, writeTo } from "./write.ts";

const lookEveryMs = 2_000;
const saveEveryMs = 10_000;
/** The live traffic is measured over this time: several scrapes. */
const rateOverMs = 60_000;
/** The rate before the first measurement, and without live traffic. */
const leastSamplesPerSecond = 10;
/** A link that is further behind must catch up first. */
const behindMs = 15_000;
/** The newest sample of every series is written again: at most so often, and in at most a fifth of the time. */
const seekGuiltyEveryMs = 20_000;
const seekGuiltyPause = 5;
/** The longest usual interval. */
const newestWithinMs = 60_000;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/** `state` must be durable; `metrics` need not be. */
export interface Directories {
  readonly state: string;
  readonly metrics: string;
}

/**
 * Looks at the queue every two seconds to advance the delivery watermark, and backfills the windows for which delivery is
 * not proven: one span at a time, oldest first, while the link is healthy.
 */
export class Repairer {
  readonly #settings: RepairSettings;
  readonly #directories: Directories;
  #state: State;
  #readings: readonly Reading[] = [];
  #savedAt = 0;
  #unavailable = 0;
  readonly #refused: Refused;
  #soughtGuilty = { dropped: Number.POSITIVE_INFINITY, at: 0 };
  #saving: Promise<void> = Promise.resolve();

  private constructor(settings: RepairSettings, directories: Directories, state: State) {
    this.#settings = settings;
    this.#directories = directories;
    this.#state = state;
    this.#refused = new Refused(recordingRules(settings.prometheusUrl));
  }

  static async load(settings: RepairSettings, directories: Directories): Promise<Repairer> {
    return new Repairer(settings, directories, await readState(directories.state));
  }

  /** Runs until the process ends. */
  async run(): Promise<never> {
    await Promise.all([
      this.#forever(() => this.#look(), lookEveryMs),
      this.#forever(() => this.#backfill(), lookEveryMs),
      this.#forever(() => this.#findGuilty(), lookEveryMs),
    ]);
    throw new LinkError("INTERNAL", { what: "a loop without an end has ended" });
  }

  async #forever(work: () => Promise<void>, everyMs: number): Promise<never> {
    for (;;) {
      // For example a full disk: the state is still in memory, and is saved next time.
      await work().catch((error: Error) => {
        this.#unavailable += 1;
        console.error(error);
      });
      await pause(everyMs);
    }
  }

  async #look(): Promise<void> {
    const reading = await this.#reading().catch((error: Error) => {
      console.error(`Reading the state of the queue failed: ${error.message}`);
      return undefined;
    });
    if (reading) {
      const { watermark, window } = advance(this.#state.vouching, reading, this.#settings.lateSeconds * 1000);
      const recent = this.#readings.filter(
        ({ at, started }) => at > reading.at - rateOverMs && started === reading.started,
      );
      this.#readings = [...recent, reading];
      if (this.#state.vouching === undefined)
        console.log("the delivery watermark starts now: older samples are not checked");
      this.#state = { ...this.#state, vouching: watermark };
      if (window) {
        console.log(JSON.stringify({ window, event: "delivery not proven" }));
        this.#state = { ...this.#state, pending: withWindow(this.#state.pending, window) };
      }
      if (window || reading.at - this.#savedAt > saveEveryMs) await this.#save();
    }
    await this.#writeMetrics();
  }

  async #reading(): Promise<Reading | undefined> {
    const url = `${this.#settings.prometheusUrl}/metrics`;
    const at = Date.now();
    const { status, body } = await ask({ url, timeoutMs: 5_000 });
    if (status !== 200) throw new LinkError("REQUEST_FAILED", { what: `${url} answers ${status}, not 200` });
    return readingOf(parseMetrics(body), at);
  }

  /** Backfills span by span until none is left, or the link is not healthy. */
  async #backfill(): Promise<void> {
    let pauseMs = firstPauseMs;
    for (;;) {
      const span = this.#isHealthy()
        ? nextSpan(this.#state.pending, Date.now(), this.#settings.lateSeconds * 1000)
        : undefined;
      if (span === undefined) return;
      try {
        await this.#backfillSpan(span);
        pauseMs = firstPauseMs;
      } catch (error) {
        this.#unavailable += 1;
        console.error(`Backfill pauses for ${pauseMs / 1000} s: ${(error as Error).message}`);
        await pause(pauseMs);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
    }
  }

  /** When the receiver refuses live batches: which series are to blame. A backfill may come too late to be refused. */
  async #findGuilty(): Promise<void> {
    const { prometheusUrl, writeUrl } = this.#settings;
    const now = Date.now();
    const dropped = this.#readings.at(-1)?.dropped;
    if (dropped === undefined) return;
    const { at } = this.#soughtGuilty;
    if (dropped <= this.#soughtGuilty.dropped) {
      this.#soughtGuilty = { dropped, at };
      return;
    }
    if (now - at < seekGuiltyEveryMs || !this.#isHealthy()) return;
    this.#soughtGuilty = { dropped, at: now };
    const source = readSeries(`${prometheusUrl}/api/v1/read`, now - newestWithinMs, now);
    // At once: a moment later the receiver has newer samples of the guilty series, and takes this one.
    await transfer(newestOf(source), writeTo(writeUrl), async () => {}, this.#refused);
    await pause((Date.now() - now) * seekGuiltyPause);
  }

  async #backfillSpan(span: Span): Promise<void> {
    const { prometheusUrl, writeUrl } = this.#settings;
    const source = readSeries(`${prometheusUrl}/api/v1/read`, span.from, span.to);
    const tally = await transfer(source, writeTo(writeUrl), this.#allowance, this.#refused);
    const { pending, complete } = withSpanDone(this.#state.pending, span, tally);
    const { windows, samples, skipped } = this.#state.totals;
    this.#state = {
      ...this.#state,
      pending,
      totals: {
        windows: windows + (complete ? 1 : 0),
        samples: samples + tally.samples,
        skipped: added(skipped, tally.skipped),
      },
    };
    if (complete) {
      const report = reportOf(complete, Date.now());
      console.log(JSON.stringify({ report, event: "backfilled" }));
      await writeReport(this.#directories.state, report);
    }
    await this.#save();
  }

  readonly #allowance = pace(
    () => this.#samplesPerSecond() ?? leastSamplesPerSecond,
    () => Date.now(),
    async (milliseconds) => {
      await pause(milliseconds);
    },
  );

  #samplesPerSecond(): number | undefined {
    const [first, last] = [this.#readings[0], this.#readings.at(-1)];
    if (!first || !last || last.at <= first.at) return undefined;
    const live = ((last.appended - first.appended) / (last.at - first.at)) * 1000;
    return Math.max(leastSamplesPerSecond, live * this.#settings.shareOfLiveTraffic);
  }

  #isHealthy(): boolean {
    const last = this.#readings.at(-1);
    if (last === undefined || Date.now() - last.at > 3 * lookEveryMs) return false;
    return last.pending === 0 || last.at - last.sent < behindMs;
  }

  /** Saves one at a time, each with the state of that moment. */
  #save(): Promise<void> {
    const before = this.#saving.catch(() => {});
    this.#saving = before.then(async () => {
      await writeState(this.#directories.state, this.#state);
      this.#savedAt = Date.now();
    });
    return this.#saving;
  }

  async #writeMetrics(): Promise<void> {
    const text = metricsOf(this.#state, {
      lookedAt: this.#readings.at(-1)?.at,
      unavailable: this.#unavailable,
      samplesPerSecond: this.#samplesPerSecond(),
    });
    const all = text + this.#refused.metrics(Date.now());
    await writeDurably(`${this.#directories.metrics}/metrics-link-repair.prom`, all, 0o644);
  }
}
