import { join } from "node:path";
import type { AuditOutcome } from "@metrics-link/release";
import { metric } from "../common/exposition.ts";
import { stateDirectory, writeDurably } from "../common/memory.ts";

/** Beside the agent's own, so that node_exporter picks it up as well; stays until the next audit. */
const textfile = `${stateDirectory}/textfile/metrics-link-audit.prom`;

/** Keeps how an audit of this host's stack ended, which nobody on the host can find out. */
export const writeAuditTextfile = (root: string, outcome: AuditOutcome): Promise<void> =>
  writeDurably(join(root, textfile), auditMetrics(outcome), 0o644);

/** The text format of Prometheus (exposition format 0.0.4). */
export function auditMetrics({ takenAt, checks, findings }: AuditOutcome): string {
  const prefix = "metrics_link_audit";
  return [
    metric(`${prefix}_timestamp_seconds`, "gauge", "When the last audit that this host was told of was made.", [
      { value: Date.parse(takenAt) / 1000 },
    ]),
    metric(`${prefix}_checks`, "gauge", "How many checks of it saw what ought to be, found something, saw nothing.", [
      ...Object.entries(checks).map(([status, value]) => ({ labels: { status }, value })),
    ]),
    metric(`${prefix}_finding`, "gauge", "1 for each check that found something.", [
      ...findings.map((labels) => ({ labels, value: 1 })),
    ]),
  ].join("");
}
