/** Prints the spread of measured values, one line. */
export function printFigures(what: string, unit: string, values: readonly number[]): void {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN).toFixed(2);
  console.log(`${what.padEnd(58)} min ${at(0)}  median ${at(0.5)}  max ${at(1)} ${unit}  (${values.length} runs)`);
}
