import { parseArgs } from "node:util";
import { checks, lint } from "./lint.ts";
import { suitesOf } from "./test/files.ts";
import { type Counts, run } from "./test/run.ts";

// npm test -- [PATH...] [--keep]: the tests at these paths, or the checks of the source and all tests.
const { values, positionals } = parseArgs({ allowPositionals: true, options: { keep: { type: "boolean" } } });

const suites = suitesOf(positionals, process.env.METRICS_LINK_TEST_SANDBOX);
/** One stage after the other; the suites of a stage run side by side. A sandbox waits most of its time. */
const stages = [["unit", "sandbox"], ["program"], ["link", "hosts", "updates"]].map((names) =>
  suites.filter(({ name }) => names.includes(name)),
);
const nameWidth = Math.max(...suites.map(({ name }) => name.length));
const environment = values.keep ? { METRICS_LINK_TEST_KEEP: "1" } : {};

const results: Counts[] = [];
if (positionals.length === 0) {
  console.log("=== checks ===");
  const failed = lint().length;
  results.push({ passes: checks.length - failed, failures: failed, pending: 0, files: {} });
}
for (const stage of stages) {
  const runs = stage.map((suite) =>
    run(suite, (line) => console.log(`${suite.name.padEnd(nameWidth)} | ${line}`), environment),
  );
  results.push(...(await Promise.all(runs)));
}

console.log("\nseconds, of which in tests and not in hooks");
const times = results.flatMap(({ files }) => Object.entries(files));
for (const [file, { seconds, testSeconds }] of times.toSorted(([, one], [, other]) => other.seconds - one.seconds))
  console.log(`${seconds.toFixed(1).padStart(7)} ${testSeconds.toFixed(1).padStart(7)}  ${file}`);

const sum = (key: "passes" | "failures" | "pending") => results.reduce((total, counts) => total + counts[key], 0);
console.log(`\n${sum("passes")} passed, ${sum("failures")} failed, ${sum("pending")} skipped`);
process.exitCode = sum("failures") > 0 ? 1 : 0;
