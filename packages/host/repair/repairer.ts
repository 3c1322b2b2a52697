import { setTimeout as pause } from "node:timers/promises";
import { LinkError } from "@metrics-link/contract";
import { writeDurably } from "../common/files.ts";
import { candidatesOf, FormerlyLate } from "./candidates.ts";
import { SearchForGuilty } from "./guilty.ts";
import { lateMsOf, withClockStep as lateWithClockStep, marginMsOf, nextSearch, watched, withChecked } from "./late.ts";
import { type LateSearch, searchLate } from "./late-search.ts";
import { metricsOf } from "./metrics.ts";
import { mayBackfill, nextRate, type Rate, recent } from "./rate.ts";
import { readSeries } from "./read.ts";
import { type Reading, readQueue } from "./reading.ts";
import { Refused, recordingRules } from "./refused.ts";
import type { RepairSettings } from "./settings.ts";
import { readState, reportOf, type State, writeReport, writeState } from "./state.ts";
import { pace, type Tally, transfer } from "./transfer.ts";
import { advance, type DeliveryWatermark, type LateCheck, type Window, withLateChecked } from "./watermark.ts";
import { nextSpan, withClockStep as windowsWithClockStep, withBegun, withSpanDone, withWindow } from "./windows.ts";
import { added, type Write, writeTo } from "./write.ts";

const lookEveryMs = 2_000;
/** While a backfill may disturb the live samples. */
const lookOftenMs = 1_000;
const saveEveryMs = 10_000;
/** While no window is open, late series are looked for so often, and remembered. */
const rememberEveryMs = 300_000;
/** An answer that takes longer means that the link or the receiver has nothing to spare. */
const slowAnswerMs = 2_000;
const nothingLate: Pick<LateSearch, "names" | "uncovered"> & Pick<LateCheck, "series"> = {
  series: 0,
  names: [],
  uncovered: 0,
};
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/** `state` must be durable; `metrics` need not be. */
export interface Directories {
  readonly state: string;
  readonly metrics: string;
}

/**
 * Looks at the queue every two seconds to advance the delivery watermark, and backfills the windows for which delivery is
 * not proven, and the series whose samples are stored late: the most urgent first, while the link has something to spare.
 */
export class Repairer {
  readonly #settings: RepairSettings;
  readonly #directories: Directories;
  readonly #send: Write;
  #state: State;
  #readings: readonly Reading[] = [];
  #rate: Rate | undefined;
  #answerMs = 0;
  /** Spans and searches under way. */
  #active = 0;
  #search = nothingLate;
  #searchedAt = 0;
  readonly #formerly = new FormerlyLate();
  #savedAt = 0;
  #unavailable = 0;
  readonly #refused: Refused;
  readonly #guilty: SearchForGuilty;
  #saving: Promise<void> = Promise.resolve();

  private constructor(settings: RepairSettings, directories: Directories, state: State) {
    this.#settings = settings;
    this.#directories = directories;
    this.#state = state;
    this.#send = writeTo(settings.writeUrl, settings.externalLabels);
    this.#refused = new Refused(recordingRules(settings.prometheusUrl));
    this.#guilty = new SearchForGuilty(settings.prometheusUrl, this.#write, this.#refused);
  }

  static async load(settings: RepairSettings, directories: Directories): Promise<Repairer> {
    return new Repairer(settings, directories, await readState(directories.state));
  }

  /** Runs until the process ends. */
  async run(): Promise<never> {
    await Promise.all([
      this.#forever(
        () => this.#look(),
        () => (this.#active > 0 ? lookOftenMs : lookEveryMs),
      ),
      this.#forever(() => this.#backfill()),
      this.#forever(() => this.#searchLate()),
      this.#forever(() => this.#guilty.look(this.#isHealthy() ? this.#readings.at(-1) : undefined)),
    ]);
    throw new LinkError("INTERNAL", { what: "a loop without an end has ended" });
  }

  async #forever(work: () => Promise<void>, everyMs = () => lookEveryMs): Promise<never> {
    for (;;) {
      // For example a full disk: the state is still in memory, and is saved next time.
      await work().catch((error: Error) => {
        this.#unavailable += 1;
        console.error(error);
      });
      await pause(everyMs());
    }
  }

  async #look(): Promise<void> {
    const reading = await readQueue(this.#settings.prometheusUrl).catch((error: Error) => {
      console.error(`Reading the state of the queue failed: ${error.message}`);
      return undefined;
    });
    if (reading) {
      this.#readings = recent(this.#readings, reading);
      if (this.#state.vouching === undefined)
        console.log("the delivery watermark starts now: older samples are not checked");
      const step = advance(this.#state.vouching, reading, this.#marginMs());
      if (step.clockStep !== 0) this.#setClock(step.clockStep);
      this.#accept(step);
      const slow = this.#answerMs > slowAnswerMs;
      this.#rate = nextRate(this.#rate, this.#readings, {
        active: this.#active > 0,
        slow,
        explained: this.#explained(),
      });
      if (reading.at - this.#savedAt > saveEveryMs) await this.#save();
    }
    await this.#writeMetrics();
  }

  #setClock(step: number): void {
    console.log(`the clock was set back by ${-step / 1000} s`);
    const { pending, late } = this.#state;
    this.#searchedAt += step;
    this.#state = {
      ...this.#state,
      pending: windowsWithClockStep(pending, step),
      late: late && lateWithClockStep(late, step),
    };
  }

  /** Takes over what a look or a search has told. */
  #accept({ watermark, window }: { readonly watermark: DeliveryWatermark; readonly window?: Window }): void {
    const now = Date.now();
    const { until, suspicion } = watermark;
    this.#state = { ...this.#state, vouching: watermark };
    if (window) {
      console.log(JSON.stringify({ window, event: "delivery not proven" }));
      // After a start, each target must be scraped again before a series without a recent sample is a late one.
      const dueAt = window.reasons.includes("Prometheus was restarted") ? now + this.#marginMs() : now;
      const late = watched(this.#state.late, window, dueAt);
      this.#state = { ...this.#state, pending: withWindow(this.#state.pending, window), late };
    } else if (suspicion && this.#state.late === undefined) {
      const to = Math.max(now, this.#readings.at(-1)?.newest ?? 0);
      const late = watched(undefined, { deliveredUntil: until, to, openedAt: suspicion.seen.at }, now);
      this.#state = { ...this.#state, late };
    }
  }

  /** Backfills span by span until none is left, or the link has nothing to spare. */
  async #backfill(): Promise<void> {
    let pauseMs = firstPauseMs;
    for (;;) {
      const next = this.#isHealthy() ? nextSpan(this.#state.pending, Date.now(), this.#lateMs()) : undefined;
      if (next === undefined) return;
      try {
        await this.#backfillSpan(next);
        pauseMs = firstPauseMs;
      } catch (error) {
        this.#unavailable += 1;
        console.error(`Backfill pauses for ${pauseMs / 1000} s: ${(error as Error).message}`);
        await pause(pauseMs);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
    }
  }

  async #backfillSpan(next: NonNullable<ReturnType<typeof nextSpan>>): Promise<void> {
    const begun = withBegun(this.#state.pending, next.window);
    this.#state = { ...this.#state, pending: begun.pending };
    const source = readSeries(`${this.#settings.prometheusUrl}/api/v1/read`, next.span);
    const tally = await this.#busy(() => transfer(source, this.#write, this.#allowance, this.#refused));
    const { pending, complete } = withSpanDone(this.#state.pending, { window: begun.window, span: next.span, tally });
    this.#state = { ...this.#state, pending };
    this.#count(tally, complete ? 1 : 0);
    if (complete) {
      const report = reportOf(complete, Date.now());
      console.log(JSON.stringify({ report, event: "backfilled" }));
      await writeReport(this.#directories.state, report);
    }
    await this.#save();
  }

  async #searchLate(): Promise<void> {
    const { late } = this.#state;
    const [at, marginMs] = [Date.now(), this.#marginMs()];
    const dueAt = late === undefined ? this.#searchedAt + rememberEveryMs : nextSearch(this.#searchedAt, 0);
    if (at < Math.max(late?.dueAt ?? 0, dueAt) || !this.#isHealthy()) return;
    this.#searchedAt = at;
    if (late === undefined) {
      this.#search = nothingLate;
      return this.#formerly.note(await candidatesOf(this.#settings.prometheusUrl, marginMs), at);
    }
    const watched = { watch: late, formerly: this.#formerly };
    const search = await this.#busy(() =>
      searchLate(this.#settings, watched, { at, marginMs }, this.#write, this.#allowance),
    ).catch((error: Error) => {
      this.#unavailable += 1;
      console.error(`The search for late samples is repeated: ${error.message}`);
    });
    if (search === undefined) return;
    const { found, names, uncovered, tally } = search;
    const { watch, check } = withChecked(late, at, found, marginMs);
    if (names.length > 0 || uncovered > 0) {
      console.log(JSON.stringify({ event: "late samples", check, uncovered, first: names, ...tally }));
    }
    this.#search = { series: check.series, names, uncovered };
    this.#count(tally, 0);
    // A window that was opened in the meantime waits for a search of its own.
    if (this.#state.late === late) this.#state = { ...this.#state, late: watch };
    const { vouching } = this.#state;
    if (vouching) this.#accept(withLateChecked(vouching, check, marginMs));
    await this.#save();
  }

  async #busy<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#active += 1;
    try {
      return await work();
    } finally {
      this.#active -= 1;
    }
  }

  #count(tally: Tally, complete: number): void {
    const { windows, samples, skipped } = this.#state.totals;
    const more = { windows: windows + complete, samples: samples + tally.samples };
    this.#state = { ...this.#state, totals: { ...more, skipped: added(skipped, tally.skipped) } };
  }

  readonly #write: Write = async (batch) => {
    const began = performance.now();
    try {
      return await this.#send(batch);
    } finally {
      this.#answerMs = performance.now() - began;
    }
  };

  readonly #allowance = pace(
    // Also in the middle of a span: next to nothing while the live samples are late.
    () => (this.#rate && mayBackfill(this.#rate) ? this.#rate.samplesPerSecond : 1),
    () => Date.now(),
    async (milliseconds) => {
      await pause(milliseconds);
    },
  );

  /** Samples that the queue will never send. */
  #explained(): number {
    const { vouching } = this.#state;
    return vouching?.suspicion?.gap ?? vouching?.explained ?? Number.POSITIVE_INFINITY;
  }

  readonly #lateMs = () => lateMsOf(this.#settings, this.#readings.at(-1));
  readonly #marginMs = () => marginMsOf(this.#settings, this.#readings.at(-1));

  #isHealthy(): boolean {
    const last = this.#readings.at(-1);
    if (last === undefined || this.#rate === undefined || Date.now() - last.at > 3 * lookEveryMs) return false;
    return mayBackfill(this.#rate);
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
    const last = this.#readings.at(-1);
    const text = metricsOf(this.#state, {
      lookedAt: last?.at,
      unavailable: this.#unavailable,
      rate: this.#rate,
      lateMs: this.#lateMs(),
      lateSeries: this.#search.series,
      lateNames: this.#search.names,
      uncoveredSeries: this.#search.uncovered,
      histograms: last?.histograms,
    });
    const path = `${this.#directories.metrics}/metrics-link-repair.prom`;
    await writeDurably(path, text + this.#refused.metrics(Date.now()), 0o644);
  }
}
