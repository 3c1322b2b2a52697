import { alert, byKind, rose, roseOrBegan, silentFor } from "./alert.ts";

const repair = "metrics_link_repair";

/** The backfill of what the queue skipped. */
export const repairAlerts = {
  SamplesNotRepaired: alert(
    "critical",
    { for: "0s", window: "15m" },
    "Some samples will never reach the receiver: {{ $labels.reason }}.",
    ({ window }, own) => roseOrBegan(own(`${repair}_skipped_samples_total`), window),
  ),
  RepairBehind: alert(
    "warning",
    { for: "15m", threshold: 3600 },
    "The delivery watermark is {{ $value | humanizeDuration }} old: newer samples may be missing at the receiver.",
    ({ threshold }, own) => `time() - ${own(`${repair}_vouched_until_timestamp_seconds`)} > ${threshold}`,
  ),
  NotCovered: alert(
    "warning",
    { for: "0s", window: "15m" },
    "The receiver does not get everything that is stored here, and the delivery watermark does not cover it: {{ $labels.kind }}.",
    ({ window }, own) =>
      byKind({
        "native histograms": rose(own(`${repair}_not_covered_samples_total`), window),
        "too many late series": `${own(`${repair}_not_covered_series`)} > 0`,
      }),
  ),
  RepairerSilent: alert(
    "warning",
    { for: "5m", threshold: 600 },
    "The backfill (repairer) has not checked the queue for {{ $value | humanizeDuration }}.",
    // Its metrics disappear with it.
    ({ threshold }, own) => silentFor(own(`${repair}_last_look_timestamp_seconds`), threshold),
  ),
};
