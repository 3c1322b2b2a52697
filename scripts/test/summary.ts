import type { Counts } from "./run.ts";

/** How many files and lines of a message the summary shows: whoever sees only the end of a log sees what failed. */
const slowestShown = 20;
const messageLines = 12;

/**
 * The end of a run's output: the slowest files, what failed, and last "N passed, N failed, N skipped".
 * @returns lines
 */
export function summaryOf(results: readonly Counts[]): string[] {
  const sum = (key: "passes" | "failures" | "pending") => results.reduce((total, counts) => total + counts[key], 0);
  const failed = results.flatMap((counts) => counts.failed);
  return [
    ...slowestFiles(results),
    ...(failed.length > 0 ? ["", "what failed", ...failed.flatMap(described)] : []),
    "",
    `${sum("passes")} passed, ${sum("failures")} failed, ${sum("pending")} skipped`,
  ];
}

function slowestFiles(results: readonly Counts[]): string[] {
  const times = results.flatMap(({ files }) => Object.entries(files));
  const slowest = times.toSorted(([, one], [, other]) => other.seconds - one.seconds).slice(0, slowestShown);
  return [
    "",
    `seconds, of which in tests and not in hooks: the ${slowest.length} slowest files`,
    ...slowest.map(
      ([file, { seconds, testSeconds }]) =>
        `${seconds.toFixed(1).padStart(7)} ${testSeconds.toFixed(1).padStart(7)}  ${file}`,
    ),
  ];
}

function described({ file, title, message }: Counts["failed"][number]): string[] {
  const lines = message.split("\n");
  const left = lines.length - messageLines;
  return [
    `- ${file}`,
    `  ${title}`,
    ...lines.slice(0, messageLines).map((line) => `    ${line}`),
    ...(left > 0 ? [`    (${left} more lines above)`] : []),
  ];
}
