import { alert, roseOrBegan, silentFor } from "./alert.ts";

const repair = "metrics_link_repair";

/** What the queue left out, and the repairer writes again. */
export const repairAlerts = {
  SamplesNotRepaired: alert(
    "critical",
    { for: "0s", window: "15m" },
    "The receiver will never have some samples: {{ $labels.reason }}.",
    ({ window }, own) => roseOrBegan(own(`${repair}_skipped_samples_total`), window),
  ),
  RepairBehind: alert(
    "warning",
    { for: "15m", threshold: 3600 },
    "For {{ $value | humanizeDuration }} nobody vouches that the receiver has all that was stored.",
    ({ threshold }, own) => `time() - ${own(`${repair}_vouched_until_timestamp_seconds`)} > ${threshold}`,
  ),
  RepairerSilent: alert(
    "warning",
    { for: "5m", threshold: 600 },
    "The repairer has not looked at the queue for {{ $value | humanizeDuration }}.",
    // Its metrics go with it.
    ({ threshold }, own) => silentFor(own(`${repair}_last_look_timestamp_seconds`), threshold),
  ),
};
