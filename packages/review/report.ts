import {
  type Block,
  badge,
  code,
  count,
  type Finding,
  renderHtml as htmlOf,
  type Inline,
  lines,
  renderMarkdown as markdownOf,
  more,
  quiet,
  type Report,
  type Row,
  section,
  strong,
  type Tone,
  table,
  renderText as textOf,
} from "@metrics-link/report";
import type { Change } from "./changes.ts";
import type { Row as Evidence } from "./evidence/planned.ts";
import type { PolicyOutcome, PolicyResult } from "./policies.ts";
import { askEntries, comparisonSummary, configurationEntries, sourceEntries } from "./program/entries.ts";
import type { DatedDeviation, Outcome, Verdict } from "./verdict.ts";

/** A review for a terminal. */
export const renderText = (verdict: Verdict): string => textOf(reportOf(verdict));

/** A review as a comment on a pull request. */
export const renderMarkdown = (verdict: Verdict): string => markdownOf(reportOf(verdict));

/** A review as one page. */
export const renderHtml = (verdict: Verdict): string => htmlOf(reportOf(verdict));

function reportOf(verdict: Verdict): Report {
  const { stack, at, outcome, policies, comparison, setAside, deviations } = verdict;
  const entries = [
    ...changesOf("In its source", sourceEntries(comparison)),
    ...changesOf("In its requests to Pulumi", askEntries(comparison)),
  ];
  return {
    title: `Review of ${stack}: ${outcome}`,
    heading: `Review of ${stack}`,
    intro: `Preview of ${at.slice(0, 16).replace("T", " ")} UTC. Policies: ${outcomeCounts(policies) || "none"}.`,
    verdict: { severity: severities[outcome], headline: headline(verdict), findings: findingsOf(verdict) },
    blocks: [
      section("Changes of the program", entries, { note: comparisonSummary(comparison) }),
      ...senderSection(verdict),
      ...changesOf("Changes of the configuration", configurationEntries(comparison), false),
      ...(setAside.length === 0 ? [] : [section("Set aside by the configuration", [setAsideTable(verdict)])]),
      section("Changes of resources", resourceChanges(verdict), { note: changeCounts(verdict) }),
      ...(deviations.length === 0 ? [] : [section("Deviations", [deviationTable(deviations)])]),
      ...sectionsOf(verdict),
    ],
  };
}

const severities = { passed: "ok", failed: "critical", incomplete: "not known" } as const satisfies Record<
  Outcome,
  Tone
>;

/** The verdict in one line. */
function headline({ outcome, failures, policies }: Verdict): string {
  const open = policies.filter((policy) => policy.outcome === "undecided").length;
  if (outcome === "failed") return `failed: ${count(failures.length, "finding")}`;
  if (outcome === "incomplete") return "incomplete: the preview itself failed, so nothing is proven";
  return open === 0 ? "passed" : `passed, with ${count(open, "policy", "policies")} not yet decidable`;
}

const findingsOf = ({ failures, errors, warnings }: Verdict): Finding[] => [
  ...failures.map(
    ({ rule, resource, what, remedy }): Finding => ({
      ...{ severity: "critical", rule, subject: where(resource), what, remedy },
    }),
  ),
  ...errors.map((what): Finding => ({ severity: "not known", subject: "the preview", what })),
  ...warnings.map((what): Finding => ({ severity: "warning", subject: "the program", what })),
];

const where = (resource: string) => (resource === "" ? "the stack" : resource);

const changesOf = (title: string, changes: Extract<Block, { kind: "changes" }>["changes"], isPart = true): Block[] =>
  changes.length === 0 ? [] : [section(title, [{ kind: "changes", changes }], { isPart })];

/** Who may write from now on, and who no longer: before all the lines of files in which that stands. */
const senderSection = ({ senders }: Verdict): Block[] =>
  senders.length === 0
    ? []
    : [
        section(
          "Changes of senders",
          [
            table(
              ["Sender", "", "What", { title: "File or key", detail: true }],
              senders.map(({ kind, name, source, what }) => [strong(name), kind, lines(...what), code(source)]),
            ),
          ],
          { note: countsOf(senders) },
        ),
      ];

/** "1 added, 2 changed" */
const countsOf = (changes: readonly { readonly kind: string }[]): string =>
  [...new Set(changes.map(({ kind }) => kind))]
    .map((kind) => `${changes.filter((change) => change.kind === kind).length} ${kind}`)
    .join(", ");

const setAsideTable = ({ setAside }: Verdict): Block =>
  table(
    ["Key", "Value", "What the stack does without"],
    setAside.map(({ key, value, what }) => [code(key), code(value), what]),
  );

/** "2 to delete, 1 to replace, 70 unchanged" */
function changeCounts({ changes, unchanged }: Verdict): string {
  const kinds = [...new Set(changes.map(({ kind }) => kind))];
  const counts = kinds.map((kind) => `${changes.filter((change) => change.kind === kind).length} to ${kind}`);
  return [...counts, `${unchanged} unchanged`].join(", ");
}

/** First what takes something away from a fence, or removes what must be kept. */
function resourceChanges({ changes }: Verdict): Block[] {
  const loud = changes.filter(isLoud);
  const others = changes.filter((change) => !isLoud(change));
  return [
    ...(loud.length === 0
      ? []
      : [
          section("Removed from a fence, or from what must be kept", [changeTable(loud, "critical")], { isPart: true }),
        ]),
    ...(others.length === 0
      ? []
      : [section(count(others.length, "other change"), [changeTable(others)], { isPart: true, isFolded: true })]),
  ];
}

const isLoud = ({ kind, weight, loses }: Change) =>
  weight !== "other" && (kind === "delete" || kind === "replace" || loses.length > 0);

const changeTable = (changes: readonly Change[], tone?: Tone): Block =>
  table(
    ["Operation", "Resource", "Type", "Why"],
    changes.map(
      (change): Row => ({
        cells: [strong(change.kind), code(change.name), change.type.split(":").at(-1) ?? change.type, whyOf(change)],
        ...(tone === undefined ? {} : { tone }),
      }),
    ),
  );

function whyOf({ forcedBy, differs, protected: guarded, retained, loses }: Change): string {
  const also = differs.filter((path) => !forcedBy.includes(path));
  return [
    ...(forcedBy.length > 0 ? [`because of ${forcedBy.join(", ")}`] : []),
    ...(also.length > 0 ? [`differs in ${also.join(", ")}`] : []),
    ...(loses.length > 0 ? [`loses ${loses.join(" and ")}`] : []),
    ...(guarded ? ["protected"] : []),
    ...(retained ? ["stays in AWS when Pulumi deletes it"] : []),
  ].join("; ");
}

const deviationTable = (deviations: readonly DatedDeviation[]): Block =>
  table(
    ["Policy", "Until", "Reason"],
    deviations.map(
      (one): Row => ({
        cells: [code(one.policy), deviationState(one), one.reason],
        ...(one.expired || !one.known ? { tone: "critical" } : {}),
      }),
    ),
  );

const deviationState = ({ expired, known, until }: DatedDeviation): string =>
  [expired ? `EXPIRED ${until}` : `until ${until}`, ...(known ? [] : ["NO SUCH POLICY"])].join(", ");

/** The parts of the system, in the order in which a connection meets them. */
const parts: Readonly<Record<string, string>> = {
  address: "Fence 1, address",
  "client identity": "Fence 2, client identity",
  "server identity": "Fence 3, server identity",
  pki: "PKI",
  host: "Hosts",
  account: "Account",
};

/** The evidence and the policies of each part of the system. */
function sectionsOf({ evidence, policies }: Verdict): Block[] {
  const names = [...new Set([...Object.keys(parts), ...policies.map(({ fence }) => fence)])];
  return names.flatMap((name) => {
    const rows = evidence.filter(({ fence }) => fence === name);
    const own = policies.filter(({ fence }) => fence === name);
    const tables = [
      ...(rows.length === 0 ? [] : [table(evidenceColumns, rows.map(evidenceCells))]),
      ...(own.length === 0 ? [] : [table(["Outcome", "Policy", "Says"], own.map(policyRow))]),
    ];
    if (tables.length === 0) return [];
    return [
      section(parts[name] ?? (name === "" ? "Others" : name), tables, {
        ...(own.length === 0 ? {} : { note: `policies: ${outcomeCounts(own)}` }),
        isFolded: own.every(({ said }) => said.length === 0),
      }),
    ];
  });
}

const evidenceColumns = ["What", "Value", { title: "Source", detail: true }];

const evidenceCells = ({ subject, value, source }: Evidence): Inline[] => [
  subject,
  lines(...value.split("; ")),
  code(source),
];

const policyRow = ({ name, rule, reason, remedy, source, outcome, said, passedOn }: PolicyResult): Row => ({
  cells: [
    badge(tones[outcome], shortTitles[outcome]),
    more([code(name), rule === "" ? "" : quiet(rule)], details(`${reason} ${remedy}`, source, passedOn)),
    lines(...said.map(({ resource, message }): Inline => [strong(where(resource)), `: ${message}`])),
  ],
  detail: said.length === 0,
});

const details = (why: string, source: string, passedOn: readonly string[]): Inline =>
  quiet(lines(why, `Source: ${source}${passedOn.length === 0 ? "" : `. Passed on ${passedOn.join(", ")}`}`));

/** "4 passed, 1 not yet decidable" */
function outcomeCounts(policies: readonly PolicyResult[]): string {
  const outcomes = [...new Set(policies.map(({ outcome }) => outcome))];
  return outcomes
    .map((one) => `${policies.filter(({ outcome }) => outcome === one).length} ${shortTitles[one]}`)
    .join(", ");
}

const shortTitles: Readonly<Record<PolicyOutcome, string>> = {
  failed: "failed",
  "not run": "did not run",
  undecided: "not yet decidable",
  deviates: "not met, by a deviation",
  advised: "advised against",
  passed: "passed",
  "not met": "with nothing to apply to",
};

const tones: Readonly<Record<PolicyOutcome, Tone>> = {
  failed: "critical",
  "not run": "not known",
  undecided: "not known",
  deviates: "warning",
  advised: "warning",
  passed: "ok",
  "not met": "idle",
};
