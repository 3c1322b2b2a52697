import { alert, rose, silentFor } from "./alert.ts";

const agent = "metrics_link_agent";

/** What brings a host to its release, and keeps it there. */
export const agentAlerts = {
  AgentSilent: alert(
    "warning",
    { for: "2m", threshold: 600 },
    "The agent has not ended a run for {{ $value | humanizeDuration }}: nobody watches this host.",
    ({ threshold }, own) => silentFor(own(`${agent}_last_run_timestamp_seconds`), threshold),
  ),
  AgentNotConverged: alert(
    "warning",
    { for: "5m" },
    "The host is not as its release says; the agent's last word is {{ $labels.outcome }}.",
    (_, own) => `${own(`${agent}_outcome`, 'outcome!~"converged|held"')} == 1`,
  ),
  AgentCutOff: alert(
    "warning",
    { for: "15m" },
    "The agent cannot read from the bucket which release is asked for; the host is kept as it is.",
    (_, own) => `${own(`${agent}_bucket_read`)} == 0`,
  ),
  ReleaseRefused: alert(
    "warning",
    { for: "5m" },
    "The release that is asked for is one that this host has refused; it runs on the last good one.",
    (_, own) => `${own(`${agent}_release_left_alone`)} == 1`,
  ),
  AgentHeld: alert(
    "warning",
    { for: "0s", threshold: 3600 },
    "A change of {{ $labels.unit }} has waited for {{ $value | humanizeDuration }} until the backlog is sent.",
    ({ threshold }, own) => `time() - ${own(`${agent}_held_since_timestamp_seconds`)} > ${threshold}`,
  ),
  ReleaseRolledBack: alert(
    "warning",
    { for: "0s", window: "1h" },
    "A release was not healthy and was taken back.",
    ({ window }, own) => rose(own(`${agent}_rollbacks_total`), window),
  ),
  DriftFound: alert(
    "info",
    { for: "0s", window: "15m" },
    "Something was changed on the host by hand and was put back.",
    ({ window }, own) => rose(own(`${agent}_drifted_files_total`), window),
  ),
  DriftRepeated: alert(
    "warning",
    { for: "0s" },
    "{{ $labels.path }} was changed {{ $value }} times within a day, and put back each time.",
    (_, own) => `${own(`${agent}_drift_repeated`)} >= 3`,
  ),
};
