import {
  badge,
  code,
  columns,
  count,
  type Finding,
  type Inline,
  quiet,
  renderHtml,
  section,
  table,
  type Verdict,
} from "@metrics-link/report";
import { type Audit, findingsOf, receiversFirst } from "../audit.ts";
import type { AuditEvidence } from "../evidence.ts";
import { links } from "./links.ts";
import { deviations, handshakes, programs, rotations, routes, writers } from "./tables.ts";

/** The whole audit as one HTML document that needs nothing else. */
export function page(given: AuditEvidence, audit: Audit): string {
  const evidence = { ...given, stacks: receiversFirst(given.stacks) };
  return renderHtml({
    title: `Audit of ${evidence.stacks.map(({ stack }) => stack).join(" and ")}, ${evidence.takenAt}`,
    heading: "Who can write to this Prometheus, and how do you know?",
    intro: introOf(evidence),
    verdict: verdictOf(audit),
    blocks: [
      writers(evidence),
      { kind: "drawing", drawing: links(evidence) },
      ...audit.sections.map(({ title, why, findings }) =>
        section(title, [table(columns("", "Check", "Seen"), findings.map(rowOf))], { note: why }),
      ),
      routes(evidence),
      handshakes(evidence),
      programs(evidence),
      rotations(evidence),
      deviations(evidence),
    ],
    signature:
      "Each line names its source. What could not be read is not known, and the verdict is no better for it. The audit " +
      "asked each host by Systems Manager with one read-only command, and asked EC2 and Pulumi; it changed nothing. A " +
      "host in somebody else's hands can lie about itself, but its fences at AWS and its peer are seen from outside of it.",
  });
}

function introOf({ takenAt, source, stacks }: AuditEvidence): Inline {
  const accounts = stacks.map(
    ({ stack, configuration: { account, role } }) => `${stack} (${role}, account ${account.id}, ${account.region})`,
  );
  return [
    `Taken at ${takenAt} of ${accounts.join(" and ")}. Source control: `,
    source === undefined ? "not known" : code(source.commit.slice(0, 12)),
    source?.changed ? ", with uncommitted changes." : ".",
  ];
}

/** What a reader must see first: what is wrong, then what could not be seen. */
function verdictOf(audit: Audit): Verdict {
  const found = (["critical", "not known"] as const).map((severity) => findingsOf(audit, severity));
  const [wrong = [], unknown = []] = found;
  const counts = [
    ...(wrong.length > 0 ? [count(wrong.length, "finding")] : []),
    ...(unknown.length > 0 ? [`${unknown.length} not known`] : []),
  ];
  return {
    severity: audit.verdict,
    headline: counts.join(", ") || `No findings: all ${findingsOf(audit, "ok").length} checks passed`,
    // Each names its source in its own section.
    findings: found
      .flat()
      .map(({ title, subject, severity, what }) => ({ severity, subject: `${title}, ${subject}:`, what })),
  };
}

const rowOf = ({ subject, severity, what, source = "" }: Finding) => ({
  cells: [badge(severity, severity), subject, [what, quiet(source)]],
  ...(severity === "ok" ? {} : { tone: severity }),
});
