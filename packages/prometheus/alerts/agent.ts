import { alert, rose, silentFor } from "./alert.ts";

const agent = "metrics_link_agent";

/** The agent, which brings a host to its release and keeps it there. */
export const agentAlerts = {
  AgentSilent: alert(
    "warning",
    { for: "2m", threshold: 600 },
    "The agent has not completed a run for {{ $value | humanizeDuration }}: this host is unattended.",
    ({ threshold }, own) => silentFor(own(`${agent}_last_run_timestamp_seconds`), threshold),
  ),
  AgentNotConverged: alert(
    "warning",
    { for: "5m" },
    "The host does not match its release; the agent's last outcome is {{ $labels.outcome }}.",
    (_, own) => `${own(`${agent}_outcome`, 'outcome!~"converged|held"')} == 1`,
  ),
  AgentCutOff: alert(
    "warning",
    { for: "15m" },
    "The agent cannot read the current release from the bucket; the host stays as it is.",
    (_, own) => `${own(`${agent}_bucket_read`)} == 0`,
  ),
  ReleaseRefused: alert(
    "warning",
    { for: "5m" },
    "This host refused the current release; it keeps running the last good one.",
    (_, own) => `${own(`${agent}_release_left_alone`)} == 1`,
  ),
  AgentHeld: alert(
    "warning",
    { for: "0s", threshold: 3600 },
    "A change of {{ $labels.unit }} has been pending for {{ $value | humanizeDuration }}, until the backlog is sent.",
    ({ threshold }, own) => `time() - ${own(`${agent}_held_since_timestamp_seconds`)} > ${threshold}`,
  ),
  ReleaseRolledBack: alert(
    "warning",
    { for: "0s", window: "1h" },
    "A release was unhealthy and was rolled back.",
    ({ window }, own) => rose(own(`${agent}_rollbacks_total`), window),
  ),
  DriftFound: alert(
    "info",
    { for: "0s", window: "15m" },
    "Something on the host differed from its release, and the agent restored it: `agent status` and its journal name it.",
    ({ window }, own) => rose(own(`${agent}_drifted_files_total`), window),
  ),
  DriftRepeated: alert(
    "warning",
    { for: "0s" },
    "{{ $labels.path }} was changed {{ $value }} times within a day, and restored each time.",
    (_, own) => `${own(`${agent}_drift_repeated`)} >= 3`,
  ),
};
