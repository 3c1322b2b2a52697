import type { Block, Change, Inline, Report, Section, Table } from "./document.ts";
import { type Finding, severities, type Verdict } from "./finding.ts";

const signs = { critical: "❌", "not known": "⚠️", warning: "⚠️", ok: "✅" } as const;

/** A report as a comment on a pull request (GitHub Flavored Markdown): what needs attention is open, the rest folded. */
export function renderMarkdown({ title, heading, verdict, intro, blocks }: Report): string {
  const { severity, headline } = verdict;
  return [
    `## ${signs[severity]} ${escaped(heading ?? title)}: ${escaped(headline)}`,
    inline(intro),
    ...findings(verdict),
    ...blocks.flatMap(block),
    "",
  ].join("\n\n");
}

/** One table for each severity, the worst first. */
const findings = ({ findings: all }: Verdict): string[] =>
  severities.flatMap((severity) => {
    const rows = all.filter((one) => one.severity === severity).map(cellsOf);
    return rows.length === 0 ? [] : [`**${severity}**`, lined(["Rule", "Subject", "Finding", "Remedy"], rows)];
  });

const cellsOf = ({ rule, subject, what, remedy }: Finding) => [
  rule === undefined ? "" : code(rule),
  escaped(subject),
  escaped(what),
  escaped(remedy ?? ""),
];

function block(one: Block): string[] {
  switch (one.kind) {
    case "text":
      return [inline(one.content)];
    case "table":
      return table(one);
    case "section":
      return section(one);
    case "changes":
      return [lined(["Where", "Before", "After"], one.changes.map(changeCells))];
    case "figures":
    case "drawing":
      return [];
  }
}

function section({ title, note, badge, isPart, isFolded, blocks }: Section): string[] {
  const head = badge === undefined ? escaped(title) : `${escaped(title)}: ${escaped(badge.text)}`;
  const below = note === undefined ? "" : inline(note);
  const body = blocks.flatMap(block);
  if (isFolded) {
    return [`<details><summary>${head}${below === "" ? "" : ` (${below})`}</summary>`, ...body, "</details>"];
  }
  return [`${isPart ? "####" : "###"} ${head}`, ...(below === "" ? [] : [below]), ...body];
}

const table = ({ columns, rows }: Table): string[] =>
  rows.length === 0
    ? ["None."]
    : [
        lined(
          columns.map(({ title }) => title),
          rows.map(({ cells }) => cells.map(inline)),
        ),
      ];

function lined(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const changeCells = ({ where, before = "", after = "" }: Change) => [code(where), escaped(before), escaped(after)];

function inline(content: Inline): string {
  if (typeof content === "string") return escaped(content);
  if (!("kind" in content)) return content.map(inline).join("");
  switch (content.kind) {
    case "code":
    case "anchor":
      return code(content.text);
    case "strong":
    case "badge":
      return `**${inline(content.content)}**`;
    case "quiet":
      return ` ${inline(content.content)}`;
    case "lines":
      return content.lines.map(inline).join("<br>");
    case "more":
      return inline(content.summary);
  }
}

/** Between two characters it ends a text node, and shows nothing. */
const apart = "<!-- -->";

/**
 * Text that stays text: it becomes no table, tag, link or mention. GFM makes links of bare text too ("Autolinks
 * (extension)"), from `www.`, a scheme with `://`, and an address with `@`, and some readers do so after entities are
 * decoded.
 */
const escaped = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replace(/[\\|`*_[\]@#~]/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replace(/&#64;|:(?=\/\/)|www(?=\.)/gi, (sign) => `${sign}${apart}`)
    .replaceAll("\n", "<br>");

/** A code span in a table: no character of the text ends either. */
const code = (text: string): string => `\`${text.replaceAll("`", "'").replaceAll("|", "¦").replaceAll("\n", " ")}\``;
