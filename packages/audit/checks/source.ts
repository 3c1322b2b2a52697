import type { Finding } from "@metrics-link/report";
import type { AuditEvidence, StackEvidence } from "../evidence.ts";
import { judge } from "../judge.ts";

/** Whether source control, state and AWS are the same: what an update would change now. */
export function sourceFindings(
  { changes, stack, deviations, updates }: StackEvidence,
  { takenAt }: AuditEvidence,
): Finding[] {
  return [
    judge(`what an update of ${stack} would change`, "pulumi preview --refresh", changes, (found) => ({
      wrong: found.map(({ operation, resource }) => `${operation} ${resource}`),
      fine: "nothing: source control, state and AWS agree",
    })),
    judge(`the last update of ${stack}`, "pulumi stack history", updates, ([last]) => ({
      wrong:
        last === undefined || last.result === "succeeded" ? [] : [`${last.kind} ${last.result} at ${last.endedAt}`],
      fine: last === undefined ? "there was none" : `${last.kind} ${last.result} at ${last.endedAt}`,
    })),
    ...deviations.map(({ policy, reason, until }): Finding => {
      const over = until === undefined || until < takenAt.slice(0, until.length);
      return {
        subject: `deviation from ${policy}`,
        severity: over ? "critical" : "ok",
        what: `${reason}; ${until === undefined ? "without an end" : `${over ? "ended" : "until"} ${until}`}`,
        source: "source control",
      };
    }),
  ];
}
