import { checks, lint } from "../lint/index.ts";
import { type Command, parsed } from "../stack/command-line.ts";
import { suitesOf } from "./files.ts";
import { type Counts, run } from "./run.ts";

const usage = `Usage: npm test -- [PATH ...] [--keep]
Runs lint and every test, or only the tests at these paths. Prints the time of each file and, at the end,
"N passed, N failed, N skipped". Exits with 1 when one failed.
  --keep   leaves the sandboxes of end-to-end tests up`;

/** One stage after the other; the suites of a stage run side by side. A sandbox waits most of its time. */
const stages = [
  ["unit", "sandbox", "program"],
  ["link", "hosts", "updates"],
];

export const command: Command = {
  usage,
  async run(words) {
    const { values, positionals } = parsed(words, { keep: { type: "boolean", default: false } });
    const suites = suitesOf(positionals, process.env.METRICS_LINK_TEST_SANDBOX);
    const nameWidth = Math.max(...suites.map(({ name }) => name.length));
    const environment = values.keep ? { METRICS_LINK_TEST_KEEP: "1" } : {};
    const results: Counts[] = [];
    if (positionals.length === 0) {
      console.log("=== checks ===");
      const failed = lint().length;
      results.push({ passes: checks.length - failed, failures: failed, pending: 0, files: {} });
    }
    for (const names of stages) {
      const runs = suites
        .filter(({ name }) => names.includes(name))
        .map((suite) => run(suite, (line) => console.log(`${suite.name.padEnd(nameWidth)} | ${line}`), environment));
      results.push(...(await Promise.all(runs)));
    }
    printTimes(results);
    const sum = (key: "passes" | "failures" | "pending") => results.reduce((total, counts) => total + counts[key], 0);
    console.log(`\n${sum("passes")} passed, ${sum("failures")} failed, ${sum("pending")} skipped`);
    return sum("failures") > 0 ? 1 : 0;
  },
};

/** The slowest file first. */
function printTimes(results: readonly Counts[]): void {
  console.log("\nseconds, of which in tests and not in hooks");
  const times = results.flatMap(({ files }) => Object.entries(files));
  for (const [file, { seconds, testSeconds }] of times.toSorted(([, one], [, other]) => other.seconds - one.seconds))
    console.log(`${seconds.toFixed(1).padStart(7)} ${testSeconds.toFixed(1).padStart(7)}  ${file}`);
}
