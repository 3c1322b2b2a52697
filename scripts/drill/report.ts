import { type Block, type Inline, type Row, renderTable, type Table } from "@metrics-link/report";
import type { Outcome } from "./drill.ts";

const unknown = "-";
const seconds = (value: number | undefined) => (value === undefined ? unknown : `${Math.round(value)} s`);

/** One drill in a line, and below it why it failed. */
export function describe({ name, passed, fault, alert, side, notes, ...rest }: Outcome): string {
  const { secondsToFire, secondsToRecover, samples } = rest;
  const fired = secondsToFire === undefined ? "did not fire" : `fired after ${seconds(secondsToFire)}`;
  const recovered = secondsToRecover === undefined ? "did not recover" : `recovered in ${seconds(secondsToRecover)}`;
  const compared = samples ? `${samples.compared} samples compared, ${samples.missing} missing` : "nothing compared";
  return [
    `${passed ? "passed" : "FAILED"}  ${name}: ${fault}; ${alert} of the ${side} ${fired}, ${recovered}; ${compared}`,
    ...[...notes, ...(passed ? [] : (samples?.examples ?? []))].map((note) => `        ${note}`),
  ].join("\n");
}

const columns: Table["columns"] = [
  { title: "drill" },
  { title: "alert" },
  { title: "side" },
  { title: "in production" },
  { title: "fires", align: "right" },
  { title: "recovers", align: "right" },
  { title: "compared", align: "right" },
  { title: "missing", align: "right" },
  { title: "" },
];

/** All drills, one a row. @param nameOf what stands in the first column */
export const tableOf = (outcomes: readonly Outcome[], nameOf: (outcome: Outcome) => Inline): Block & Table => ({
  kind: "table",
  columns,
  rows: outcomes.map((outcome): Row => {
    const { alert, side, production, secondsToFire, secondsToRecover, samples, passed } = outcome;
    const counts = [samples?.compared, samples?.missing].map((value) => `${value ?? unknown}`);
    const result = passed ? "passed" : "FAILED";
    const times = [seconds(secondsToFire), seconds(secondsToRecover)];
    return {
      cells: [nameOf(outcome), alert, side, production, ...times, ...counts, result],
      ...(passed ? {} : { tone: "critical" }),
    };
  }),
});

/** The same for a terminal. */
export const table = (outcomes: readonly Outcome[]): string => renderTable(tableOf(outcomes, ({ name }) => name));

/** How all of them went, in a line. */
export function summary(outcomes: readonly Outcome[]): string {
  const failed = outcomes.filter(({ passed }) => !passed).map(({ name }) => name);
  const sum = (key: "compared" | "missing") =>
    outcomes.reduce((total, { samples }) => total + (samples?.[key] ?? 0), 0);
  return (
    `${outcomes.length - failed.length} of ${outcomes.length} drills passed, ${sum("compared")} samples compared, ` +
    `${sum("missing")} missing${failed.length > 0 ? `; failed: ${failed.join(", ")}` : ""}`
  );
}
