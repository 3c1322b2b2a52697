import { alert, roseOrBegan, silentFor } from "./alert.ts";

const gate = "metrics_link_gate";
/** Refusals of a sender that says what is not true of it; in either mode of the gate. */
const lies = 'reason=~"label_missing|label_foreign|label_reserved|exemplar_foreign"';

/** The receiver's gate, which holds each sender to its labels and limits. */
export const gateAlerts = {
  SenderPoses: alert(
    "critical",
    { for: "0s", window: "15m" },
    "Sender {{ $labels.sender }} writes series that are not its own: {{ $labels.reason }}.",
    ({ window }, own) => roseOrBegan(own(`${gate}_refused_series_total`, lies), window),
  ),
  SenderNearLimit: alert(
    "warning",
    { for: "5m", threshold: 0.8 },
    "Sender {{ $labels.sender }} uses {{ $value | humanizePercentage }} of its limit {{ $labels.limit }}; above it, its samples wait.",
    ({ threshold }, own) => `${own(`${gate}_limit_used_ratio`)} > ${threshold}`,
  ),
  GateRefusesConfiguration: alert(
    "critical",
    { for: "1m" },
    "The gate runs with an old configuration: it has refused the new one.",
    (_, own) => `${own(`${gate}_configuration_good`)} == 0`,
  ),
  GateObserves: alert(
    "warning",
    { for: "15m" },
    "The gate only observes: it stores what any sender writes, under anybody's labels and above any limit.",
    (_, own) => `${own(`${gate}_enforcing`)} == 0`,
  ),
  GateSilent: alert(
    "critical",
    // A host scrapes itself once a minute at the latest (ownInterval).
    { for: "1m", threshold: 120 },
    "The gate has written no metrics for {{ $value | humanizeDuration }}: while it does not run, nobody's samples are stored.",
    // Its file disappears with it.
    ({ threshold }, own) => silentFor(own("node_textfile_mtime_seconds", `file=~".*/gate.prom"`), threshold),
  ),
};
