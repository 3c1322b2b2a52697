import type { SetAside } from "@metrics-link/contract";
import type { Duration } from "../configuration.ts";
import { agentAlerts } from "./agent.ts";
import type { Alert, Own, Severity, Side } from "./alert.ts";
import { auditAlerts } from "./audit.ts";
import { backlogRules, type RecordingRule } from "./backlog.ts";
import { certificateAlerts } from "./certificates.ts";
import { hostAlerts } from "./host.ts";
import { receiversAlerts } from "./link-receives.ts";
import { sendersAlerts } from "./link-sends.ts";
import { peerAlerts } from "./peers.ts";
import { repairAlerts } from "./repair.ts";
import { serviceAlerts } from "./services.ts";
import { type AlertName, type AlertOverrides, type AlertSettings, settingsInForce } from "./settings.ts";

/** One alert as Prometheus reads it from a rule file. */
export interface AlertingRule {
  readonly alert: AlertName;
  readonly expr: string;
  readonly for?: Duration;
  readonly labels: Readonly<Record<string, string>> & { readonly severity: Severity };
  /** `runbook` is a path of this repository. */
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly (AlertingRule | RecordingRule)[];
}

export interface AlertsInput {
  readonly side: Side;
  /** The names of a receiver's senders, each with a dead man's switch of its own. */
  readonly senders: readonly string[];
  /** False before the peer has spoken: then there is no Envoy, and no link that could fail. */
  readonly linked: boolean;
  /** The peers that are not trusted as they ask to be. */
  readonly setAside?: readonly SetAside[];
  readonly scrapeInterval: Duration;
  readonly leafDays: number;
  readonly overrides: AlertOverrides;
  /** Whether there is an Alertmanager to deliver to. */
  readonly delivers: boolean;
}

/** Where the page of an alert lies in the repository. */
export const runbookOf = (name: AlertName): string => `docs/runbooks/${name}.md`;

/** @throws InvalidInputError from `settingsInForce` */
export function ruleGroups(input: AlertsInput): readonly RuleGroup[] {
  const { side, senders, linked, setAside = [], delivers } = input;
  const settings = settingsInForce(input.overrides, input);
  const own: Own = (metric, matchers) => `${metric}{link_side="${side}"${matchers ? `,${matchers}` : ""}}`;
  const suspended = setAside.some(({ state }) => state === "suspended");
  const link = side === "sends" ? sendersAlerts(suspended) : receiversAlerts(senders);
  const group = (name: string, alerts: readonly Alert[], records: readonly RecordingRule[] = []): RuleGroup => ({
    name: `metrics-link-${name}`,
    rules: [...records, ...alerts.map((alert) => ruleOf(alert, settings[alert.name], side, own))],
  });
  return [
    ...(linked
      ? [group("link", link, side === "sends" ? backlogRules(own) : []), group("certificates", certificateAlerts(side))]
      : []),
    ...(linked && side === "sends" ? [group("repair", repairAlerts)] : []),
    ...(setAside.length === 0 ? [] : [group("peers", peerAlerts(setAside))]),
    group("agent", agentAlerts),
    group("audit", auditAlerts(side)),
    group("host", hostAlerts),
    group("services", serviceAlerts(side, delivers)),
  ];
}

function ruleOf(alert: Alert, settings: AlertSettings, side: Side, own: Own): AlertingRule {
  return {
    alert: alert.name,
    expr: alert.expression(settings, own),
    // Prometheus leaves out a duration of nothing, and promtool's linter asks for the same.
    ...(settings.for === "0s" ? {} : { for: settings.for }),
    labels: { ...alert.labels, link_side: side, severity: alert.severity },
    annotations: { summary: alert.summary, runbook: runbookOf(alert.name) },
  };
}
