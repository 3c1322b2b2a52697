import { egressCheck } from "@metrics-link/release";
import { type Case, clock, receiver, sender } from "./case.ts";

const finding = (fence: string, about: string, own = sender) =>
  own("metrics_link_audit_finding", `about="${about}",fence="${fence}"`);
const last = sender("metrics_link_audit_timestamp_seconds");
const lastRun = sender("metrics_link_agent_last_run_timestamp_seconds");
const unknown = sender("metrics_link_audit_checks", 'status="not known"');
const there = "1+0x120";
const gone = "1 _x119";
/** promtool's clock begins at 1970, and an audit may be older than that. */
const ago = (seconds: number) => `${-seconds}+0x120`;
const twoDays = 2 * 86_400;

/** What somebody outside of the host found: the next audit, which does not find it any more, ends it. */
export const auditCases = {
  EgressAddressChanged: {
    side: "sends",
    fires: { [finding("address", egressCheck)]: there },
    silent: { [finding("address", egressCheck)]: gone, [finding("address", "security groups")]: there },
    at: 30,
  },
  FenceDiffers: [
    {
      side: "sends",
      fires: { [finding("server identity", "what Envoy runs")]: there },
      silent: {
        [finding("server identity", "what Envoy runs")]: gone,
        [finding("address", egressCheck)]: there,
        [finding("none", "the last update of sender")]: there,
      },
      at: 30,
    },
    {
      side: "receives",
      fires: { [finding("address", "security groups", receiver)]: there },
      silent: { [finding("address", "security groups", receiver)]: gone },
      at: 30,
    },
  ],
  AuditFinding: {
    side: "sends",
    fires: { [finding("none", "the last update of sender")]: there },
    silent: {
      [finding("none", "the last update of sender")]: gone,
      [finding("address", "security groups")]: there,
    },
    at: 30,
  },
  AuditIncomplete: { side: "sends", fires: { [unknown]: there }, silent: { [unknown]: "0+0x120" }, at: 30 },
  AuditOverdue: [
    {
      side: "sends",
      fires: { [last]: ago(twoDays), [lastRun]: clock },
      silent: { [last]: ago(twoDays - 3600) },
      at: 30,
    },
    // It was told of none since it came up: silent for as long as an audit may be old.
    { side: "sends", fires: { [lastRun]: "0+60x3000" }, silent: { [last]: "86400+0x3000" }, at: 2940 },
    { side: "sends", fires: { [lastRun]: "0+60x3000" }, silent: { [lastRun]: "_x100 0+60x2900" }, at: 2900 },
  ],
} as const satisfies Readonly<Record<string, Case | readonly Case[]>>;
