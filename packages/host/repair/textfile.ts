import { metric } from "../common/exposition.ts";
import type { State } from "./state.ts";

/** What a run knows beside its state. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly lookedAt: number | undefined;
  readonly unavailable: number;
  readonly samplesPerSecond: number | undefined;
}

const prefix = "metrics_link_repair";

/** What the repairer knows, as metrics. What is not known has no series: absent, never fine. */
export function metricsOf({ vouching, pending, totals }: State, moment: Moment): string {
  const seconds = (milliseconds: number | undefined) => (milliseconds === undefined ? undefined : milliseconds / 1000);
  const waiting = pending.reduce((total, { to, done }) => total + to - done, 0);
  return [
    metric(
      `${prefix}_vouched_until_timestamp_seconds`,
      "gauge",
      "Up to here the receiver has acknowledged all that was stored here, but for what is skipped.",
      [{ value: seconds(pending[0]?.done ?? vouching?.until) }],
    ),
    metric(`${prefix}_vouched_since_timestamp_seconds`, "gauge", "What is older was never looked at.", [
      { value: seconds(vouching?.since) },
    ]),
    metric(`${prefix}_last_look_timestamp_seconds`, "gauge", "When Prometheus last told of its queue.", [
      { value: seconds(moment.lookedAt) },
    ]),
    metric(`${prefix}_windows_pending`, "gauge", "Windows that wait for their repair.", [{ value: pending.length }]),
    metric(`${prefix}_pending_seconds`, "gauge", "How much time these windows cover.", [{ value: waiting / 1000 }]),
    metric(`${prefix}_windows_total`, "counter", "Windows that were repaired.", [{ value: totals.windows }]),
    metric(`${prefix}_samples_total`, "counter", "Samples that were written again and acknowledged.", [
      { value: totals.samples },
    ]),
    metric(`${prefix}_skipped_samples_total`, "counter", "Samples that could not be repaired, by the reason.", [
      ...Object.entries(totals.skipped).map(([reason, value]) => ({ labels: { reason }, value })),
    ]),
    metric(`${prefix}_unavailable_total`, "counter", "Times that a repair had to wait for Prometheus or the link.", [
      { value: moment.unavailable },
    ]),
    metric(`${prefix}_limit_samples_per_second`, "gauge", "How fast a repair may write.", [
      { value: moment.samplesPerSecond },
    ]),
  ].join("");
}
