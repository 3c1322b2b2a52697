import type { PolicyResult } from "../policies.ts";
import type { Verdict } from "../verdict.ts";
import { askEntries, comparisonSummary, configurationEntries, type Entry, sourceEntries } from "./program-words.ts";
import {
  changeCounts,
  changeDetail,
  count,
  deviationState,
  headline,
  isLoud,
  kindOfThing,
  outcomeCounts,
  sectionsOf,
  shortTitles,
  where,
} from "./words.ts";

const signs = { passed: "✅", failed: "❌", incomplete: "⚠️" } as const;

/** A review as a comment on a pull request (GitHub Flavored Markdown): what is wrong is open, the rest folded. */
export function renderMarkdown(verdict: Verdict): string {
  const loud = verdict.changes.filter(isLoud);
  const quiet = verdict.changes.filter((change) => !isLoud(change));
  return [
    `## ${signs[verdict.outcome]} ${code(verdict.stack)}: ${headline(verdict)}`,
    ...table(
      ["Rule", "Resource", "Finding", "Remedy"],
      verdict.failures.map(({ rule, resource, what, remedy }) => [
        code(rule),
        cell(where(resource)),
        cell(what),
        cell(remedy),
      ]),
    ),
    ...verdict.errors.map(asWritten),
    ...(verdict.warnings.length > 0 ? ["### Warnings of the program", ...verdict.warnings.map(asWritten)] : []),
    `**Changes of the program**: ${cell(comparisonSummary(verdict))}`,
    ...entries("In its source", sourceEntries(verdict.comparison)),
    ...entries("In what it asks of Pulumi", askEntries(verdict.comparison)),
    ...entries("Changes of the configuration", configurationEntries(verdict.comparison)),
    ...(verdict.setAside.length === 0 ? [] : ["### Set aside by the configuration"]),
    ...table(
      ["Key", "Is", "What it does without"],
      verdict.setAside.map(({ key, value, what }) => [code(key), code(value), cell(what)]),
    ),
    `**Changes**: ${changeCounts(verdict)}`,
    ...(loud.length > 0 ? ["### Taken away from a fence, or from what is kept", ...changes(loud)] : []),
    ...(quiet.length > 0 ? folded(count(quiet.length, "other change"), changes(quiet)) : []),
    ...sectionsOf(verdict).flatMap(({ title, evidence, policies }) => {
      const rows = evidence.map(({ subject, value, source }) => [cell(subject), cell(value), code(source)]);
      const body = [...table(["What", "Is", "Said by"], rows), ...policyTable(policies)];
      const heading = policies.length === 0 ? title : `${title} (policies: ${outcomeCounts(policies)})`;
      return policies.some(needsEyes) ? [`### ${cell(heading)}`, ...body] : folded(heading, body);
    }),
    ...(verdict.deviations.length === 0 ? [] : ["### Deviations"]),
    ...table(
      ["Policy", "Until", "Reason"],
      verdict.deviations.map((one) => [code(one.policy), cell(deviationState(one)), cell(one.reason)]),
    ),
    "",
  ].join("\n\n");
}

/** A text that may be of several lines, and of which nothing is Markdown. */
const asWritten = (text: string) => `\`\`\`\`text\n${text.replaceAll("````", "' ' ' '")}\n\`\`\`\``;
function entries(title: string, list: readonly Entry[]): string[] {
  const rows = list.map(({ where, before, after }) => [code(where), cell(before ?? ""), cell(after ?? "")]);
  return rows.length === 0 ? [] : [`### ${title}`, ...table(["Where", "Before", "After"], rows)];
}

const needsEyes = ({ said }: PolicyResult) => said.length > 0;

function policyTable(policies: readonly PolicyResult[]): string[] {
  const rows = policies.flatMap((policy) => {
    const { name, rule, outcome, said } = policy;
    const fared = needsEyes(policy) ? `**${shortTitles[outcome]}**` : shortTitles[outcome];
    if (said.length === 0) return [[code(name), fared, "", cell(rule)]];
    return said.map(({ resource, message }) => [code(name), fared, cell(where(resource)), cell(message)]);
  });
  return table(["Policy", "", "Resource", "Says"], rows);
}

function changes(list: Verdict["changes"]): string[] {
  const rows = list.map((change) => [
    `**${change.kind}**`,
    code(change.name),
    kindOfThing(change),
    cell(changeDetail(change)),
  ]);
  return table(["", "Resource", "Type", "Why"], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [[line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n")];
}

const folded = (summary: string, body: readonly string[]) => [
  `<details><summary>${cell(summary)}</summary>`,
  ...body,
  "</details>",
];

/** Text that stays text: no table, tag, link or mention comes of it. */
const cell = (text: string) =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replace(/[\\|`*_[\]@#~]/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replaceAll("\n", "<br>");

/** A code span in a table: no character of it ends either. */
const code = (text: string) => `\`${text.replaceAll("`", "'").replaceAll("|", "¦").replaceAll("\n", " ")}\``;
