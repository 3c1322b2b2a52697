import type { SetAside } from "@metrics-link/contract";
import { secondsOf } from "@metrics-link/release";
import { type Duration, milliseconds, type ScrapeConfig } from "../configuration.ts";
import { ownInterval } from "../intervals.ts";
import { agentAlerts } from "./agent.ts";
import type { Alert, Link, OwnSeries, RecordingRule, Severity, UserJob } from "./alert.ts";
import { auditAlerts } from "./audit.ts";
import { backlogRules } from "./backlog.ts";
import { certificateAlerts } from "./certificates.ts";
import { gateAlerts } from "./gate.ts";
import { hostAlerts } from "./host.ts";
import { expectedSenders, pinnedClocks, receiversAlerts } from "./link-receives.ts";
import { sendersAlerts } from "./link-sends.ts";
import { patchingAlerts } from "./patching.ts";
import { peerAlerts } from "./peers.ts";
import { repairAlerts } from "./repair.ts";
import { serviceAlerts } from "./services.ts";
import { type AlertName, type AlertOverrides, settingsInForce } from "./settings.ts";

/** One alert as Prometheus reads it from a rule file. */
interface AlertingRule {
  readonly alert: AlertName;
  readonly expr: string;
  readonly for?: Duration;
  readonly labels: Readonly<Record<string, string>> & { readonly severity: Severity };
  /** `runbook` is a path of this repository. */
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

export interface RuleGroup {
  readonly name: string;
  /** Prometheus' own, `evaluation_interval`, unless given. */
  readonly interval?: Duration;
  readonly rules: readonly (AlertingRule | RecordingRule)[];
}

export interface AlertsInput extends Pick<Link, "side" | "senders" | "pins" | "delivers" | "leafDays"> {
  /** False until the peer has a contract output: there is no link yet that could fail. */
  readonly linked: boolean;
  readonly setAside?: readonly SetAside[];
  readonly scrapeInterval: Duration;
  /** The user's scrape jobs. */
  readonly jobs?: readonly ScrapeConfig[];
  /** How long a batch may wait and take on a link that is up. */
  readonly batchSeconds?: number;
  readonly overrides: AlertOverrides;
}

/** The path of an alert's page in the repository. */
export const runbookOf = (name: AlertName): string => `docs/runbooks/${name}.md`;

/**
 * The rule groups of one host.
 * @throws InvalidInputError from `settingsInForce`
 */
export function ruleGroups(input: AlertsInput): readonly RuleGroup[] {
  const { side, linked, setAside = [], scrapeInterval, jobs = [], batchSeconds = 15 } = input;
  const interval = ownInterval(scrapeInterval);
  const intervalSeconds = milliseconds(interval) / 1000;
  const link: Link = {
    ...input,
    setAside,
    interval,
    // One scrape has failed, and the one before it was just too early for the batch.
    healthyLagSeconds: Math.ceil(3 * intervalSeconds) + batchSeconds,
    jobs: jobs.map((job) => userJob(job, scrapeInterval)),
  };
  const settings = settingsInForce(input.overrides, link);
  const own: OwnSeries = (metric, matchers) => `${metric}{link_side="${side}"${matchers ? `,${matchers}` : ""}}`;
  const sends = side === "sends";
  const group = (
    name: string,
    alerts: Partial<Readonly<Record<AlertName, Alert>>>,
    records: readonly RecordingRule[] = [],
  ): RuleGroup => ({
    name: `metrics-link-${name}`,
    ...(milliseconds(interval) === milliseconds(scrapeInterval) ? {} : { interval }),
    rules: [
      ...records,
      ...(Object.entries(alerts) as [AlertName, Alert][]).flatMap(([alert, { severity, rules }]) =>
        rules(settings[alert], own, link).map(({ expr, labels, summary }) => ({
          alert,
          expr,
          // Prometheus omits a duration of zero, and promtool's linter asks for the same.
          ...(settings[alert].for === "0s" ? {} : { for: settings[alert].for }),
          labels: { ...labels, link_side: side, severity },
          annotations: { summary, runbook: runbookOf(alert) },
        })),
      ),
    ],
  });
  return [
    ...(linked
      ? [
          sends
            ? group("link", sendersAlerts, backlogRules(own, link))
            : group("link", receiversAlerts, [...expectedSenders(link), ...pinnedClocks(link)]),
          group("certificates", certificateAlerts),
        ]
      : []),
    ...(linked ? [sends ? group("repair", repairAlerts) : group("gate", gateAlerts)] : []),
    ...(setAside.length === 0 ? [] : [group("peers", peerAlerts)]),
    group("agent", agentAlerts),
    group("audit", auditAlerts),
    group("host", hostAlerts),
    group("patching", patchingAlerts),
    group("services", serviceAlerts),
  ];
}

function userJob({ job_name, scrape_interval, relabel_configs }: ScrapeConfig, scrapeInterval: Duration): UserJob {
  const relabelling = Array.isArray(relabel_configs) ? relabel_configs : [];
  return {
    name: job_name,
    intervalSeconds: secondsOf(scrape_interval ?? scrapeInterval),
    isRelabelled: relabelling.some((step: { readonly target_label?: unknown }) => step.target_label === "job"),
  };
}
