import type { Outcome } from "./drill.ts";

const unknown = "-";
const seconds = (value: number | undefined) => (value === undefined ? unknown : `${Math.round(value)} s`);

/** One drill, in a line, and what speaks against it below. */
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

const columns: readonly (readonly [title: string, of: (outcome: Outcome) => string, right?: true])[] = [
  ["drill", ({ name }) => name],
  ["alert", ({ alert }) => alert],
  ["side", ({ side }) => side],
  ["in production", ({ production }) => production],
  ["fires", ({ secondsToFire }) => seconds(secondsToFire), true],
  ["recovers", ({ secondsToRecover }) => seconds(secondsToRecover), true],
  ["compared", ({ samples }) => `${samples?.compared ?? unknown}`, true],
  ["missing", ({ samples }) => `${samples?.missing ?? unknown}`, true],
  ["", ({ passed }) => (passed ? "passed" : "FAILED")],
];

export const columnTitles = columns.map(([text, , right]) => ({ text, right: right === true }));

/** A drill's row of the table. */
export const cells = (outcome: Outcome) =>
  columns.map(([, of, right]) => ({ text: of(outcome), right: right === true }));

/** All drills, one a row. */
export function table(outcomes: readonly Outcome[]): string {
  const rows = [columnTitles, ...outcomes.map(cells)];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]?.text.length ?? 0)));
  const line = (row: typeof columnTitles) =>
    row
      .map(({ text, right }, column) => (right ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  return rows.map(line).join("\n");
}

/** How all of them went, in a line. */
export function summary(outcomes: readonly Outcome[]): string {
  const failed = outcomes.filter(({ passed }) => !passed).map(({ name }) => name);
  const sum = (key: "compared" | "missing") =>
    outcomes.reduce((total, { samples }) => total + (samples?.[key] ?? 0), 0);
  const missing = sum("missing");
  return (
    `${outcomes.length - failed.length} of ${outcomes.length} drills passed, ${sum("compared")} samples compared, ` +
    `${missing} missing` +
    `${failed.length > 0 ? `; failed: ${failed.join(", ")}` : ""}`
  );
}
