import type { Verdict } from "../verdict.ts";
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

/** A review for a terminal. */
export function renderText(verdict: Verdict): string {
  return [
    `${verdict.stack}: ${headline(verdict)}`,
    ...verdict.failures.flatMap(({ rule, resource, what, remedy }) => [
      `  FAILED  ${rule}: ${where(resource)}: ${indent(what)}`,
      `          remedy: ${remedy}`,
    ]),
    ...verdict.errors.map((error) => `  ERROR   ${indent(error)}`),
    ...verdict.warnings.map((warning) => `  WARNING ${indent(warning)}`),
    ...titled("Changes", changeCounts(verdict), verdict.changes.map(changeLine)),
    ...sectionsOf(verdict).flatMap(({ title, evidence, policies }) =>
      titled(title, outcomeCounts(policies), [
        ...evidence.map(({ subject, value }) => `    ${subject}: ${value}`),
        ...policies.flatMap(({ name, outcome, said }) =>
          said.map(
            ({ resource, message }) => `  ${shortTitles[outcome]}: ${name}: ${where(resource)}: ${indent(message)}`,
          ),
        ),
      ]),
    ),
    ...titled(
      "Deviations",
      "",
      verdict.deviations.map((one) => `    ${one.policy}, ${deviationState(one)}: ${one.reason}`),
    ),
    "",
  ].join("\n");
}

const titled = (title: string, counts: string, lines: readonly string[]) =>
  lines.length === 0 && counts === "" ? [] : ["", counts === "" ? title : `${title}: ${counts}`, ...lines];

function changeLine(change: Verdict["changes"][number]): string {
  const detail = changeDetail(change);
  return `  ${isLoud(change) ? "!" : " "} ${change.kind.padEnd(8)}${kindOfThing(change)} ${change.name}${detail === "" ? "" : ` (${detail})`}`;
}

const indent = (text: string) => text.trim().replaceAll("\n", "\n          ");
