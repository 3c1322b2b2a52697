import { setTimeout as pause } from "node:timers/promises";
import { ask } from "../common/ask.ts";
import { writeDurably } from "../common/memory.ts";
import { parseMetrics } from "../common/prometheus-metrics.ts";
import { added, writeTo } from "./deliver.ts";
import { pace } from "./pace.ts";
import { readSeries } from "./read-series.ts";
import { type Reading, readingOf } from "./reading.ts";
import type { RepairSettings } from "./settings.ts";
import { readState, reportOf, type State, writeReport, writeState } from "./state.ts";
import { metricsOf } from "./textfile.ts";
import { transfer } from "./transfer.ts";
import { vouch } from "./vouching.ts";
import { nextSpan, type Span, withSpanDone, withWindow } from "./windows.ts";

const lookEveryMs = 2_000;
const saveEveryMs = 10_000;
/** Over which the live traffic is measured: several scrapes. */
const rateOverMs = 60_000;
/** Before it is measured, and when there is none. */
const leastSamplesPerSecond = 10;
/** A link that is further behind has to catch up itself first. */
const behindMs = 15_000;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/** Where its memory lies, which must be durable, and where its metrics do. */
export interface Directories {
  readonly state: string;
  readonly metrics: string;
}

/**
 * Looks at the queue every two seconds, and writes again what cannot be vouched for: one span at a time, the oldest
 * first, while the link is well.
 */
export class Repairer {
  readonly #settings: RepairSettings;
  readonly #directories: Directories;
  #state: State;
  #readings: readonly Reading[] = [];
  #savedAt = 0;
  #unavailable = 0;
  #saving: Promise<void> = Promise.resolve();

  private constructor(settings: RepairSettings, directories: Directories, state: State) {
    this.#settings = settings;
    this.#directories = directories;
    this.#state = state;
  }

  static async load(settings: RepairSettings, directories: Directories): Promise<Repairer> {
    return new Repairer(settings, directories, await readState(directories.state));
  }

  /** Until the process ends. */
  async run(): Promise<never> {
    await Promise.all([
      this.#forever(() => this.#look(), lookEveryMs),
      this.#forever(() => this.#repair(), lookEveryMs),
    ]);
    throw new Error("for ever has ended");
  }

  async #forever(work: () => Promise<void>, everyMs: number): Promise<never> {
    for (;;) {
      // A full disk, for one: what cannot be written down now is known all the same, and is next time.
      await work().catch((error: Error) => {
        this.#unavailable += 1;
        console.error(error);
      });
      await pause(everyMs);
    }
  }

  async #look(): Promise<void> {
    const reading = await this.#reading().catch((error: Error) => {
      console.error(`The queue cannot be looked at: ${error.message}`);
      return undefined;
    });
    if (reading) {
      const { vouching, window } = vouch(this.#state.vouching, reading, this.#settings.lateSeconds * 1000);
      const recent = this.#readings.filter(
        ({ at, started }) => at > reading.at - rateOverMs && started === reading.started,
      );
      this.#readings = [...recent, reading];
      if (this.#state.vouching === undefined) console.log("vouching begins now: what is older was never looked at");
      this.#state = { ...this.#state, vouching };
      if (window) {
        console.log(JSON.stringify({ window, event: "not vouched for" }));
        this.#state = { ...this.#state, pending: withWindow(this.#state.pending, window) };
      }
      if (window || reading.at - this.#savedAt > saveEveryMs) await this.#save();
    }
    await this.#tell();
  }

  async #reading(): Promise<Reading | undefined> {
    const url = `${this.#settings.prometheusUrl}/metrics`;
    const at = Date.now();
    const { status, body } = await ask({ url, timeoutMs: 5_000 });
    if (status !== 200) throw new Error(`${url} answers ${status}, not 200`);
    return readingOf(parseMetrics(body), at);
  }

  /** Repairs what there is to repair. */
  async #repair(): Promise<void> {
    let pauseMs = firstPauseMs;
    for (;;) {
      const span = this.#isWell()
        ? nextSpan(this.#state.pending, Date.now(), this.#settings.lateSeconds * 1000)
        : undefined;
      if (span === undefined) return;
      try {
        await this.#repairSpan(span);
        pauseMs = firstPauseMs;
      } catch (error) {
        this.#unavailable += 1;
        console.error(`The repair waits ${pauseMs / 1000} s: ${(error as Error).message}`);
        await pause(pauseMs);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
    }
  }

  async #repairSpan(span: Span): Promise<void> {
    const { prometheusUrl, writeUrl } = this.#settings;
    const source = readSeries(`${prometheusUrl}/api/v1/read`, span.from, span.to);
    const tally = await transfer(source, writeTo(writeUrl), this.#allowance);
    const { pending, whole } = withSpanDone(this.#state.pending, span, tally);
    const { windows, samples, skipped } = this.#state.totals;
    this.#state = {
      ...this.#state,
      pending,
      totals: {
        windows: windows + (whole ? 1 : 0),
        samples: samples + tally.samples,
        skipped: added(skipped, tally.skipped),
      },
    };
    if (whole) {
      const report = reportOf(whole, Date.now());
      console.log(JSON.stringify({ report, event: "repaired" }));
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

  #isWell(): boolean {
    const last = this.#readings.at(-1);
    if (last === undefined || Date.now() - last.at > 3 * lookEveryMs) return false;
    return last.pending === 0 || last.at - last.sent < behindMs;
  }

  /** One at a time, and always what is known by then. */
  #save(): Promise<void> {
    const before = this.#saving.catch(() => {});
    this.#saving = before.then(async () => {
      await writeState(this.#directories.state, this.#state);
      this.#savedAt = Date.now();
    });
    return this.#saving;
  }

  async #tell(): Promise<void> {
    const text = metricsOf(this.#state, {
      lookedAt: this.#readings.at(-1)?.at,
      unavailable: this.#unavailable,
      samplesPerSecond: this.#samplesPerSecond(),
    });
    await writeDurably(`${this.#directories.metrics}/metrics-link-repair.prom`, text, 0o644);
  }
}
