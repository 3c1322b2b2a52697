import type { ActiveAlert } from "./prometheus-api.ts";

/** A firing alert. */
export interface FiringAlert {
  readonly alert: string;
  readonly severity: string;
  readonly summary: string;
  /** Path of its runbook; absent for an alert of the user's own. */
  readonly runbook?: string | undefined;
  readonly since: string;
}

/**
 * Firing alerts of a host, the most severe first, without those that need no action, such as the heartbeat. Null when
 * its Prometheus does not answer, which is not the same as no alert.
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

/** One line per alert, whatever number of series it fires for, and one per host whose Prometheus does not answer. */
export function describeAlerts(alerts: Readonly<Record<string, readonly FiringAlert[] | null>>): string[] {
  const lines = Object.entries(alerts).flatMap(([host, found]) =>
    found === null
      ? [`${host}: not known, its Prometheus does not answer`]
      : found.map(
          ({ alert, severity, summary, runbook }) =>
            `${host}: ${severity} ${alert}: ${summary}${runbook === undefined ? "" : ` (${runbook})`}`,
        ),
  );
  const times = new Map<string, number>();
  for (const line of lines) times.set(line, (times.get(line) ?? 0) + 1);
  return lines.length === 0
    ? ["alerts    none"]
    : [...times].map(([line, count]) => `alert     ${line}${count > 1 ? ` (${count} series)` : ""}`);
}
