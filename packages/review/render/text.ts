import type { Verdict } from "../verdict.ts";
import { changeCounts, changeDetail, fenceNames, headline, isLoud, policyGroups, where } from "./words.ts";

/** A review for a terminal. */
export function renderText(verdict: Verdict): string {
  return [
    `${verdict.stack}: ${headline(verdict)}`,
    ...verdict.failures.flatMap(({ rule, resource, what, remedy }) => [
      `  FAILED  ${rule}: ${where(resource)} ${indent(what)}`,
      `          remedy: ${remedy}`,
    ]),
    ...verdict.errors.map((error) => `  ERROR   ${indent(error)}`),
    "",
    `changes   ${changeCounts(verdict)}`,
    ...verdict.changes.map((change) => {
      const detail = changeDetail(change);
      return `  ${isLoud(change) ? "!" : " "} ${change.kind.padEnd(8)}${change.name}${detail === "" ? "" : `  (${detail})`}`;
    }),
    ...([1, 2, 3] as const).flatMap((fence) => {
      const rows = verdict.fences.filter((row) => row.fence === fence);
      return rows.length === 0 ? [] : ["", fenceNames[fence], ...rows.map((row) => `  ${row.subject}: ${row.value}`)];
    }),
    ...policyGroups(verdict).flatMap(({ outcome, title, policies }) => [
      "",
      `${title} (${policies.length})`,
      ...(outcome === "passed" || outcome === "not met"
        ? [`  ${policies.map(({ name }) => name).join(", ")}`]
        : policies.flatMap(({ name, said }) =>
            said.map(({ resource, message }) => `  ${name}: ${where(resource)}: ${indent(message)}`),
          )),
    ]),
    ...(verdict.deviations.length === 0 ? [] : ["", "Deviations"]),
    ...verdict.deviations.map(
      ({ policy, reason, until, expired }) => `  ${policy} ${expired ? "EXPIRED" : "until"} ${until}: ${reason}`,
    ),
    "",
  ].join("\n");
}

const indent = (text: string) => text.trim().replaceAll("\n", "\n          ");
