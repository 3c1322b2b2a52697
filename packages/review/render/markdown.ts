import type { Verdict } from "../verdict.ts";
import { changeCounts, changeDetail, count, fenceNames, headline, isLoud, policyGroups, where } from "./words.ts";

const signs = { passed: "✅", failed: "❌", incomplete: "⚠️" } as const;

/** A review as a comment on a pull request (GitHub Flavored Markdown): what is wrong is open, the rest folded. */
export function renderMarkdown(verdict: Verdict): string {
  const loud = verdict.changes.filter(isLoud);
  const quiet = verdict.changes.filter((change) => !isLoud(change));
  return [
    `## ${signs[verdict.outcome]} ${code(verdict.stack)}: ${headline(verdict)}`,
    ...table(
      ["Rule", "Resource", "Finding", "Remedy"],
      verdict.failures.map(({ rule, resource, what, remedy }) => [code(rule), cell(where(resource)), cell(what), cell(remedy)]),
    ),
    ...verdict.errors.map((error) => `\`\`\`\`text\n${error.replaceAll("````", "' ' ' '")}\n\`\`\`\``),
    `**Changes**: ${changeCounts(verdict)}`,
    ...(loud.length > 0 ? ["### Taken away from a fence, or from what is kept", ...changes(loud)] : []),
    ...(quiet.length > 0 ? folded(count(quiet.length, "other change"), changes(quiet)) : []),
    ...([1, 2, 3] as const).flatMap((fence) => {
      const rows = verdict.fences.filter((row) => row.fence === fence);
      const cells = rows.map(({ subject, value, source }) => [cell(subject), cell(value), code(source)]);
      return rows.length === 0 ? [] : folded(fenceNames[fence], table(["What", "Is", "Said by"], cells));
    }),
    ...policyGroups(verdict).flatMap(({ outcome, title, policies }) => {
      const rows = policies.flatMap(({ name, reason, said }) =>
        said.length === 0
          ? [[code(name), "", cell(reason)]]
          : said.map(({ resource, message }) => [code(name), cell(where(resource)), cell(message)]),
      );
      const body = table(["Policy", "Resource", "Says"], rows);
      const heading = `${title} (${policies.length})`;
      return outcome === "undecided" || outcome === "deviates" ? [`### ${heading}`, ...body] : folded(heading, body);
    }),
    ...(verdict.deviations.length === 0 ? [] : ["### Deviations"]),
    ...table(
      ["Policy", "Until", "Reason"],
      verdict.deviations.map(({ policy, until, reason, expired }) => [
        code(policy),
        expired ? `**expired ${until}**` : until,
        cell(reason),
      ]),
    ),
    "",
  ].join("\n\n");
}

function changes(list: Verdict["changes"]): string[] {
  const rows = list.map((change) => [`**${change.kind}**`, code(change.name), code(change.type), cell(changeDetail(change))]);
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
