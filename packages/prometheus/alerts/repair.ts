import { alert, byKind, rose, roseOrBegan, silentFor } from "./alert.ts";

const repair = "metrics_link_repair";

/** Appends to a summary which series make trouble, as far as the repairer knows them by now. */
const naming = (metric: string, what: string) =>
  `{{ range query \`topk(3, ${repair}_${metric}{link_side="sends"})\` }}; ${what} ` +
  "{{ .Labels.series }}{{ with .Labels.of_rule }} of rule {{ . }}{{ end }}{{ end }}";

/** The series that the receiver never takes. */
export const namingRefused = naming("refused_series_samples_total", "refused for good:");
/** Those of which a full batch is larger than a request may be. */
export const namingLarge = naming("large_labels_bytes", "too large for a full batch:");

/** The backfill of what the queue skipped. */
export const repairAlerts = {
  SamplesNotRepaired: alert(
    "critical",
    { for: "0s", window: "15m" },
    `Some samples will never reach the receiver: {{ $labels.reason }}${namingRefused}.`,
    ({ window }, own) => roseOrBegan(own(`${repair}_skipped_samples_total`), window),
  ),
  RepairBehind: alert(
    "warning",
    { for: "15m", threshold: 3600 },
    "The delivery watermark is {{ $value | humanizeDuration }} old: newer samples may be missing at the receiver.",
    ({ threshold }, own) => `time() - ${own(`${repair}_vouched_until_timestamp_seconds`)} > ${threshold}`,
  ),
  RepairOutrun: alert(
    "warning",
    { for: "5m", threshold: 60 },
    "Samples are left out faster than they are backfilled: {{ $value | humanizeDuration }} wait, and it grows.",
    ({ threshold }, own) => {
      const pending = own(`${repair}_pending_seconds`);
      // A window that is opened at once, after an outage, makes it larger for a minute only.
      return `${pending} > ${threshold} and ${pending} > ${pending} offset 1m`;
    },
  ),
  NotCovered: alert(
    "warning",
    { for: "0s", window: "15m" },
    "The receiver does not get everything that is stored here, and the delivery watermark does not cover it: {{ $labels.kind }}.",
    ({ window }, own) =>
      byKind({
        "native histograms": rose(own(`${repair}_not_covered_samples_total`), window),
        "too many late series": `max_over_time(${own(`${repair}_not_covered_series`)}[${window}]) > 0`,
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
