import type { AuditOutcome } from "@metrics-link/release";
import type { Audit } from "./audit.ts";

/** How an audit ended for one of its stacks, as the host of that stack is told. */
export function outcomeOf({ sections }: Audit, stack: string, takenAt: string): AuditOutcome {
  const rows = sections
    .filter((section) => section.stack === stack)
    .flatMap(({ fence, rows: found }) => found.map(({ about, status }) => ({ fence, about, status })));
  const count = (wanted: string) => rows.filter(({ status }) => status === wanted).length;
  return {
    takenAt,
    checks: { fine: count("fine"), finding: count("finding"), "not known": count("not known") },
    findings: rows.flatMap(({ fence, about, status }) => (status === "finding" ? [{ fence, about }] : [])),
  };
}
