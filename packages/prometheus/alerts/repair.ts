import { alert, roseOrBegan } from "./alert.ts";

const repair = "metrics_link_repair";

/** What the queue left out, and the repairer writes again. */
export const repairAlerts = [
  alert(
    "SamplesNotRepaired",
    "critical",
    "The receiver will never have some samples: {{ $labels.reason }}.",
    ({ window }, own) => roseOrBegan(own(`${repair}_skipped_samples_total`), window),
  ),
  alert(
    "RepairBehind",
    "warning",
    "For {{ $value | humanizeDuration }} nobody vouches that the receiver has all that was stored.",
    ({ threshold }, own) => `time() - ${own(`${repair}_vouched_until_timestamp_seconds`)} > ${threshold}`,
  ),
  alert(
    "RepairerSilent",
    "warning",
    "The repairer has not looked at the queue for {{ $value | humanizeDuration }}.",
    ({ threshold }, own) => {
      const lastLook = own(`${repair}_last_look_timestamp_seconds`);
      // Its metrics go with it.
      return `time() - ${lastLook} > ${threshold}\nor\nabsent_over_time(${lastLook}[${threshold}s])`;
    },
  ),
] as const;
