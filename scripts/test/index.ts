import { checks, lint } from "../lint/index.ts";
import { type Command, parsed } from "../stack/command-line.ts";
import { suitesOf } from "./files.ts";
import { type Counts, run } from "./run.ts";
import { summaryOf } from "./summary.ts";

const usage = `Usage: npm test -- [PATH ...] [--keep]
Runs lint and every test, or only the tests at these paths. Prints the times of the slowest files and, at the end,
what failed and "N passed, N failed, N skipped". Exits with 1 when one failed.
  --keep   leaves the sandboxes of end-to-end tests up`;

/**
 * One stage after the other; the suites of a stage run side by side. A sandbox waits most of its time, but that of the fleet,
 * which carries load.
 */
const stages = [["unit", "sandbox", "program"], ["link", "hosts", "updates"], ["deploy", "scrape"], ["fleet"]];

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
      const failed = lint().map((name) => ({ file: "lint", title: name, message: "see under === checks ===" }));
      const passes = checks.length - failed.length;
      results.push({ passes, failures: failed.length, pending: 0, files: {}, failed });
    }
    for (const names of stages) {
      const runs = suites
        .filter(({ name }) => names.includes(name))
        .map((suite) => run(suite, (line) => console.log(`${suite.name.padEnd(nameWidth)} | ${line}`), environment));
      results.push(...(await Promise.all(runs)));
    }
    for (const line of summaryOf(results)) console.log(line);
    return results.some(({ failures }) => failures > 0) ? 1 : 0;
  },
};
