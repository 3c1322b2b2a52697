import { printable } from "@metrics-link/contract";
import type { Block, Change, Inline, Report, Section, Table } from "./document.ts";
import type { Finding } from "./finding.ts";

/** A report for a terminal, on which nothing in it acts, whoever wrote the text. */
export const renderText = ({ title, heading, verdict: { headline, findings }, blocks }: Report): string =>
  [
    `${printable(heading ?? title)}: ${printable(headline)}`,
    ...findings.flatMap(findingLines),
    ...blocks.flatMap(block),
    "",
  ].join("\n");

/** A finding on a line of its own, with its remedy below: `critical  small-hosts: receiver-instance: too big.` */
function findingLines({ severity, rule, subject, what, remedy }: Finding): string[] {
  const names = [rule, subject]
    .filter((name) => name !== undefined && name !== "")
    .map((name) => `${printable(name ?? "")}: `);
  return [
    `  ${severity.padEnd(width)} ${names.join("")}${indented(what)}`,
    ...(remedy === undefined ? [] : [`${margin}remedy: ${indented(remedy)}`]),
  ];
}

/** Of the longest severity. */
const width = 9;
const margin = " ".repeat(width + 3);

/** Each line of a message below the other, none at the beginning of a line. */
const indented = (text: string): string => text.trim().split("\n").map(printable).join(`\n${margin}`);

function block(one: Block): string[] {
  switch (one.kind) {
    case "text":
      return [`  ${inline(one.content)}`].filter((line) => line.trim() !== "");
    case "table":
      return tableLines(one);
    case "section":
      return section(one);
    case "changes":
      return one.changes.flatMap(change);
    case "figures":
    case "drawing":
      return [];
  }
}

function section({ title, note, badge, isPart, blocks }: Section): string[] {
  const behind = [badge?.text, note === undefined ? undefined : inline(note)].filter((one) => one !== undefined);
  const head = [title, ...behind].map(printable).join(": ");
  const body = blocks.flatMap(block);
  return isPart ? [`  ${head}`, ...body.map((line) => `  ${line}`)] : ["", head, ...body];
}

function change({ where, before, after }: Change): string[] {
  const side = (sign: string, text: string | undefined) =>
    text === undefined ? [] : text.split("\n").map((line) => `    ${sign} ${printable(line)}`);
  return [`  ${printable(where)}`, ...side("-", before), ...side("+", after)];
}

function tableLines({ columns, rows }: Table): string[] {
  const kept = rows.filter(({ detail }) => detail !== true);
  if (kept.length > 0)
    return renderTable({ columns, rows: kept })
      .split("\n")
      .map((line) => `  ${line}`);
  return rows.length === 0 ? ["  None."] : [];
}

/** A table in columns, with its heading; columns of detail are left out. */
export function renderTable({ columns, rows }: Table): string {
  const kept = columns.flatMap((column, index) => (column.detail ? [] : [{ ...column, index }]));
  const all = [
    kept.map(({ title }) => title),
    ...rows.map(({ cells }) => kept.map(({ index }) => inline(cells[index] ?? ""))),
  ];
  const widths = kept.map((_, column) => Math.min(widest, Math.max(...all.map((row) => row[column]?.length ?? 0))));
  const padded = (text: string, column: number) =>
    kept[column]?.align === "right" ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0);
  return all.map((row) => row.map(padded).join("  ").trimEnd()).join("\n");
}

/** One long cell does not push the columns behind it off the screen in every row. */
const widest = 44;

function inline(content: Inline): string {
  if (typeof content === "string") return content.split("\n").map(printable).join(" ");
  if (!("kind" in content)) return content.map(inline).join("");
  switch (content.kind) {
    case "code":
    case "anchor":
      return printable(content.text);
    case "strong":
    case "badge":
      return inline(content.content);
    case "quiet":
      return "";
    case "lines":
      return content.lines.map(inline).join("; ");
    case "more":
      return inline(content.summary);
  }
}
