import { metric } from "../common/prometheus.ts";
import { lateUntil } from "./late.ts";
import type { Rate } from "./rate.ts";
import type { State } from "./state.ts";
import type { PendingWindow } from "./windows.ts";

/** What the repairer knows besides its state. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly lookedAt: number | undefined;
  readonly unavailable: number;
  readonly rate: Rate | undefined;
  /** How long after its own time a sample may be stored without being late. */
  readonly lateMs: number;
  /** How many late series the last search found, and the first of them as PromQL writes them. */
  readonly lateSeries: number;
  readonly lateNames: readonly string[];
  /** Late series above the limit of a search. */
  readonly uncoveredSeries: number;
  /** Native histogram samples that Prometheus has stored since it started. */
  readonly histograms: number | undefined;
}

const prefix = "metrics_link_repair";

/**
 * Up to when the receiver has everything, in milliseconds since 1970; undefined before the first reading. Every sample that was
 * stored up to this moment, whatever its own time, and every sample with a time up to it that was stored in time.
 */
function deliveredUntil({ vouching, pending, late }: State, lateMs: number): number | undefined {
  if (vouching === undefined) return undefined;
  const bounds = [...pending.map((window) => window.deliveredUntil), ...(late === undefined ? [] : [lateUntil(late)])];
  return Math.min(vouching.until, ...bounds) - lateMs;
}

const covered = ({ from, to }: PendingWindow) => to - from + 1;
const remaining = ({ done, to }: PendingWindow) => to - done;
const total = (windows: readonly PendingWindow[], of: (window: PendingWindow) => number) =>
  windows.reduce((sum, window) => sum + of(window), 0);

/** Seconds until all windows are backfilled, at the present rate; undefined while it is not known. */
function timeLeft(pending: readonly PendingWindow[], rate: Rate | undefined): number | undefined {
  if (pending.length === 0) return 0;
  if (rate?.livePerSecond === undefined) return undefined;
  // A window holds as many samples a second as are stored now, as far as can be told.
  return ((total(pending, remaining) / 1000) * rate.livePerSecond) / rate.samplesPerSecond;
}

/** The state as metrics. An unknown value has no series: absent, never fine. */
export function metricsOf(state: State, moment: Moment): string {
  const { vouching, pending, totals } = state;
  const seconds = (milliseconds: number | undefined) => (milliseconds === undefined ? undefined : milliseconds / 1000);
  const remainingMs = total(pending, remaining);
  const gauge = (name: string, help: string, value: number | undefined) =>
    metric(`${prefix}_${name}`, "gauge", help, [{ value }]);
  const counter = (name: string, help: string, value: number | undefined) =>
    metric(`${prefix}_${name}`, "counter", help, [{ value }]);
  return [
    gauge(
      "vouched_until_timestamp_seconds",
      "Delivery watermark: the receiver has acknowledged everything stored here up to this moment, except what is counted as skipped or not covered.",
      seconds(deliveredUntil(state, moment.lateMs)),
    ),
    gauge(
      "vouched_since_timestamp_seconds",
      "Start of the delivery watermark: what was stored before was never checked.",
      seconds(vouching?.since),
    ),
    gauge(
      "last_look_timestamp_seconds",
      "When the queue's state was last read from Prometheus.",
      seconds(moment.lookedAt),
    ),
    gauge("windows_pending", "Windows that wait for backfill.", pending.length),
    gauge("pending_seconds", "How much time the pending windows still cover.", remainingMs / 1000),
    gauge(
      "progress_ratio",
      "How much of the pending windows is backfilled: 1 when none is pending.",
      pending.length === 0 ? 1 : 1 - remainingMs / total(pending, covered),
    ),
    gauge(
      "time_left_seconds",
      "When the pending windows are backfilled, at the present rate.",
      timeLeft(pending, moment.rate),
    ),
    counter("windows_total", "Windows that were backfilled.", totals.windows),
    counter("samples_total", "Backfilled samples that were acknowledged.", totals.samples),
    metric(`${prefix}_skipped_samples_total`, "counter", "Samples that could not be backfilled, by reason.", [
      ...Object.entries(totals.skipped).map(([reason, value]) => ({ labels: { reason }, value })),
    ]),
    counter("unavailable_total", "How often backfill had to wait for Prometheus or the link.", moment.unavailable),
    gauge(
      "limit_samples_per_second",
      "The rate limit of backfill: what the link has to spare.",
      moment.rate?.samplesPerSecond,
    ),
    gauge(
      "live_lag_seconds",
      "How far live samples are behind, beyond what a healthy queue holds.",
      seconds(moment.rate?.lagMs),
    ),
    gauge(
      "late_series",
      "Series whose samples are stored long after their own time; while windows are checked, these are copied separately.",
      moment.lateSeries,
    ),
    metric(`${prefix}_late_series_info`, "gauge", "The first of the late series by name.", [
      ...moment.lateNames.map((series) => ({ labels: { series }, value: 1 })),
    ]),
    gauge(
      "not_covered_series",
      "Late series that are too many to be copied: the watermark does not cover them.",
      moment.uncoveredSeries,
    ),
    metric(
      `${prefix}_not_covered_samples_total`,
      "counter",
      "Stored samples that this link does not send, since Prometheus started: the watermark does not cover them.",
      [{ labels: { reason: "native histogram" }, value: moment.histograms }],
    ),
  ].join("");
}
