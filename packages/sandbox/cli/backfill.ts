import type { PrometheusApi } from "./prometheus-api.ts";

/** What the repairer of the sender reports; a value is null while it is not known. */
export interface BackfillState {
  /** The delivery watermark, in seconds before now. */
  readonly watermarkAgeSeconds: number | null;
  readonly windowsPending: number | null;
  /** The share of the pending windows that is backfilled. */
  readonly done: number | null;
  readonly secondsLeft: number | null;
  /** Series whose samples are stored late, by the last search. */
  readonly lateSeries: readonly string[];
  /** What the receiver does not get, and the watermark does not cover. */
  readonly notCovered: { readonly nativeHistogramSamples: number; readonly lateSeries: number };
}

/** The state of backfill, as the sender's Prometheus has scraped it. */
export async function backfillState(sender: PrometheusApi, now: number): Promise<BackfillState> {
  const value = async (name: string) => (await sender.value(`max(metrics_link_repair_${name})`)) ?? null;
  const until = await value("vouched_until_timestamp_seconds");
  return {
    watermarkAgeSeconds: until === null ? null : Math.round(now - until),
    windowsPending: await value("windows_pending"),
    done: await value("progress_ratio"),
    secondsLeft: await value("time_left_seconds"),
    lateSeries: (await sender.vector("metrics_link_repair_late_series_info")).flatMap(
      ({ metric }) => metric.series ?? [],
    ),
    notCovered: {
      nativeHistogramSamples: (await value("not_covered_samples_total")) ?? 0,
      lateSeries: (await value("not_covered_series")) ?? 0,
    },
  };
}

/** One line, and one for what is not covered. */
export function describeBackfill(state: BackfillState): string[] {
  const { watermarkAgeSeconds, lateSeries, notCovered } = state;
  if (watermarkAgeSeconds === null) return ["backfill  not known"];
  const { nativeHistogramSamples, lateSeries: tooMany } = notCovered;
  const more = lateSeries.length > seriesShown ? ", …" : "";
  return [
    `backfill  ${progressOf(state)}; everything stored until ${watermarkAgeSeconds} s ago is delivered`,
    ...(lateSeries.length === 0
      ? []
      : [`          stored late: ${lateSeries.slice(0, seriesShown).join(", ")}${more}`]),
    ...(nativeHistogramSamples > 0
      ? [`          not covered: ${nativeHistogramSamples} samples of native histograms, which the link does not send`]
      : []),
    ...(tooMany > 0 ? [`          not covered: ${tooMany} late series, too many to be copied`] : []),
  ];
}

const seriesShown = 3;

function progressOf({ windowsPending, done, secondsLeft }: BackfillState): string {
  if (!windowsPending) return "nothing to do";
  const left = secondsLeft === null ? "time left not known" : `about ${Math.ceil(secondsLeft)} s left`;
  return `${windowsPending} windows, ${Math.floor((done ?? 0) * 100)}% done, ${left}`;
}
