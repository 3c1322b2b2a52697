import { egressCheck } from "@metrics-link/release";
import { alert } from "./alert.ts";

const day = 86_400;
const audit = "metrics_link_audit";
const egress = `about="${egressCheck}"`;

/**
 * Audits compare what AWS has with what was reviewed, which no host can see. A schedule runs the audit and reports it to
 * the host (`npm run audit -- --tell`); AuditOverdue fires when the schedule stops.
 */
export const auditAlerts = {
  EgressAddressChanged: alert(
    "critical",
    { for: "0s" },
    "The last audit found that samples do not leave from the pinned address, or that the address no longer exists.",
    (_, own) => `${own(`${audit}_finding`, egress)} == 1`,
    { when: ({ side }) => side === "sends" },
  ),
  FenceDiffers: alert(
    "critical",
    { for: "0s" },
    "The last audit found a deviation in the fence {{ $labels.fence }}: {{ $labels.about }}.",
    (_, own) => `${own(`${audit}_finding`, `fence!="none",about!="${egressCheck}"`)} == 1`,
  ),
  AuditFinding: alert(
    "warning",
    { for: "0s" },
    "The last audit found a deviation: {{ $labels.about }}.",
    (_, own) => `${own(`${audit}_finding`, 'fence="none"')} == 1`,
  ),
  AuditIncomplete: alert(
    "warning",
    { for: "0s" },
    "The last audit is incomplete: {{ $value }} checks have no result.",
    (_, own) => `${own(`${audit}_checks`, 'status="not known"')} > 0`,
  ),
  AuditOverdue: alert(
    "warning",
    { for: "5m", threshold: 2 * day },
    "No audit result has reached this host for {{ $value | humanizeDuration }}: changes in AWS go unnoticed.",
    ({ threshold }, own) => {
      const last = own(`${audit}_timestamp_seconds`);
      // A host that never received an audit result, once it is that old.
      const neverTold = `(${threshold} + 0 * ${own("metrics_link_agent_last_run_timestamp_seconds")} offset ${threshold}s)`;
      return `time() - ${last} > ${threshold}\nor\n${neverTold} unless on () ${last}`;
    },
  ),
};
