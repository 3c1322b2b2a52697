import { egressCheck } from "@metrics-link/release";
import { alert } from "./alert.ts";

const day = 86_400;
const audit = "metrics_link_audit";
const egress = `about="${egressCheck}"`;

/**
 * What only somebody outside of the host can see: what AWS has, against what was reviewed. A schedule makes the audit and
 * tells the host (`npm run audit -- --tell`); a schedule that has stopped is told as well.
 */
export const auditAlerts = {
  EgressAddressChanged: alert(
    "critical",
    { for: "0s" },
    "The last audit found that samples do not come from the pinned address, or that it is gone.",
    (_, own) => `${own(`${audit}_finding`, egress)} == 1`,
    { when: ({ side }) => side === "sends" },
  ),
  FenceDiffers: alert(
    "critical",
    { for: "0s" },
    "The last audit found a fence that is not as it ought to be, {{ $labels.fence }}: {{ $labels.about }}.",
    (_, own) => `${own(`${audit}_finding`, `fence!="none",about!="${egressCheck}"`)} == 1`,
  ),
  AuditFinding: alert(
    "warning",
    { for: "0s" },
    "The last audit found something that is not as it ought to be: {{ $labels.about }}.",
    (_, own) => `${own(`${audit}_finding`, 'fence="none"')} == 1`,
  ),
  AuditIncomplete: alert(
    "warning",
    { for: "0s" },
    "The last audit could not see all: {{ $value }} checks do not know.",
    (_, own) => `${own(`${audit}_checks`, 'status="not known"')} > 0`,
  ),
  AuditOverdue: alert(
    "warning",
    { for: "5m", threshold: 2 * day },
    "This host was told of no audit for longer than {{ $value | humanizeDuration }}: nobody sees what changes at AWS.",
    ({ threshold }, own) => {
      const last = own(`${audit}_timestamp_seconds`);
      // A host that was never told of any, once it is as old.
      const neverTold = `(${threshold} + 0 * ${own("metrics_link_agent_last_run_timestamp_seconds")} offset ${threshold}s)`;
      return `time() - ${last} > ${threshold}\nor\n${neverTold} unless on () ${last}`;
    },
  ),
};
