import { alert, roseOrBegan, silentFor } from "./alert.ts";

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
  RepairerSilent: alert(
    "warning",
    { for: "5m", threshold: 600 },
    "The backfill (repairer) has not checked the queue for {{ $value | humanizeDuration }}.",
    // Its metrics disappear with it.
    ({ threshold }, own) => silentFor(own(`${repair}_last_look_timestamp_seconds`), threshold),
  ),
};
