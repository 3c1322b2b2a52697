import type { ActiveAlert } from "./prometheus-api.ts";

/** An alert that fires, as a person reads it. */
export interface FiringAlert {
  readonly alert: string;
  readonly severity: string;
  readonly summary: string;
  /** The page of the repository that says what to do; absent for an alert of the user's. */
  readonly runbook?: string | undefined;
  readonly since: string;
}

/**
 * What fires on a host, the worst first. Alerts without a severity to act on, such as the one that always fires, are left
 * out. Null when its Prometheus does not answer: that is not the same as no alert.
 */
export const firingAlerts = (alerts: readonly ActiveAlert[] | null): readonly FiringAlert[] | null =>
  alerts === null ? null : alerts.filter(isToBeSeen).map(readable).sort(worstFirst);

const isToBeSeen = ({ state, labels }: ActiveAlert) => state === "firing" && labels.severity !== "none";

const readable = ({ labels, annotations, activeAt }: ActiveAlert): FiringAlert => ({
  alert: labels.alertname ?? "",
  severity: labels.severity ?? "",
  summary: annotations.summary ?? "",
  runbook: annotations.runbook,
  since: activeAt,
});

const order = ["critical", "warning", "info"];
const worstFirst = (one: FiringAlert, other: FiringAlert) =>
  order.indexOf(one.severity) - order.indexOf(other.severity) || one.alert.localeCompare(other.alert);

/** One line an alert, and one for a host that does not say. */
export function describeAlerts(alerts: Readonly<Record<string, readonly FiringAlert[] | null>>): string[] {
  const lines = Object.entries(alerts).flatMap(([host, found]) =>
    found === null
      ? [`${host}: not known, its Prometheus does not answer`]
      : found.map(
          ({ alert, severity, summary, runbook }) =>
            `${host}: ${severity} ${alert}: ${summary}${runbook === undefined ? "" : ` (${runbook})`}`,
        ),
  );
  return lines.length === 0 ? ["alerts    none"] : lines.map((line) => `alert     ${line}`);
}
