import { printable, printableLines } from "@metrics-link/contract";
import type { Verdict } from "../verdict.ts";
import { askEntries, comparisonSummary, configurationEntries, type Entry, sourceEntries } from "./program-words.ts";
import {
  changeCounts,
  changeDetail,
  deviationState,
  headline,
  isLoud,
  kindOfThing,
  outcomeCounts,
  sectionsOf,
  shortTitles,
  where,
} from "./words.ts";

/**
 * A review for a terminal. What it shows may come from the pull request that it judges: nothing in it acts on the terminal.
 */
export function renderText(verdict: Verdict): string {
  return printableLines(
    [
      `${verdict.stack}: ${headline(verdict)}`,
      ...verdict.failures.flatMap(({ rule, resource, what, remedy }) => [
        `  FAILED  ${printable(rule)}: ${printable(where(resource))}: ${indent(what)}`,
        `          remedy: ${printable(remedy)}`,
      ]),
      ...verdict.errors.map((error) => `  ERROR   ${indent(error)}`),
      ...verdict.warnings.map((warning) => `  WARNING ${indent(warning)}`),
      ...titled("Changes of the program", comparisonSummary(verdict), [
        ...sourceEntries(verdict.comparison).flatMap(entryLines).map(printable),
        ...askEntries(verdict.comparison).flatMap(entryLines).map(printable),
      ]),
      ...titled(
        "Changes of the configuration",
        "",
        configurationEntries(verdict.comparison).flatMap(entryLines).map(printable),
      ),
      ...titled(
        "Set aside by the configuration",
        "",
        verdict.setAside.map(({ key, value, what }) => printable(`    ${key} is ${value}: ${what}`)),
      ),
      ...titled("Changes", changeCounts(verdict), verdict.changes.map(changeLine).map(printable)),
      ...sectionsOf(verdict).flatMap(({ title, evidence, policies }) =>
        titled(title, outcomeCounts(policies), [
          ...evidence.map(({ subject, value }) => `    ${printable(subject)}: ${printable(value)}`),
          ...policies.flatMap(({ name, outcome, said }) =>
            said.map(
              ({ resource, message }) =>
                `  ${shortTitles[outcome]}: ${printable(name)}: ${printable(where(resource))}: ${indent(message)}`,
            ),
          ),
        ]),
      ),
      ...titled(
        "Deviations",
        "",
        verdict.deviations.map(
          (one) => `    ${printable(one.policy)}, ${deviationState(one)}: ${printable(one.reason)}`,
        ),
      ),
      "",
    ].join("\n"),
  );
}

const titled = (title: string, counts: string, lines: readonly string[]) =>
  lines.length === 0 && counts === "" ? [] : ["", counts === "" ? title : `${title}: ${counts}`, ...lines];

function changeLine(change: Verdict["changes"][number]): string {
  const detail = changeDetail(change);
  return `  ${isLoud(change) ? "!" : " "} ${change.kind.padEnd(8)}${kindOfThing(change)} ${change.name}${detail === "" ? "" : ` (${detail})`}`;
}

function entryLines({ where, before, after }: Entry): string[] {
  const side = (sign: string, text: string | undefined) =>
    text === undefined ? [] : text.split("\n").map((line) => `      ${sign} ${line}`);
  return [`    ${where}`, ...side("-", before), ...side("+", after)];
}

const indent = (text: string) => text.trim().replaceAll("\n", "\n          ");
