import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checks, lint } from "./lint.ts";

interface Counts {
  readonly passes: number;
  readonly failures: number;
  readonly pending: number;
}

const suites = [
  { name: "unit", files: "test/unit/**/*.test.ts" },
  { name: "program", files: "test/program/**/*.test.ts" },
  { name: "end to end", files: "test/e2e/**/*.test.ts" },
];

/** Runs one suite of mocha and returns its counts; a run that ended without counts is one failure. */
function run(name: string, files: string): Counts {
  console.log(`\n=== ${name} ===`);
  const directory = mkdtempSync(join(tmpdir(), "metrics-link-test-"));
  const countsFile = join(directory, "counts.json");
  try {
    const { status } = spawnSync("mocha", ["--reporter", "test/support/counting-reporter.cjs", files], {
      stdio: "inherit",
      env: { ...process.env, COUNTS_FILE: countsFile },
    });
    const counts = JSON.parse(readFileSync(countsFile, "utf8")) as Counts;
    return status !== 0 && counts.failures === 0 ? { ...counts, failures: 1 } : counts;
  } catch (error) {
    console.error(`${name}: ended without counts: ${String(error)}`);
    return { passes: 0, failures: 1, pending: 0 };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

console.log("=== checks ===");
const failedChecks = lint();
const results: Counts[] = [
  { passes: checks.length - failedChecks.length, failures: failedChecks.length, pending: 0 },
  ...suites.map(({ name, files }) => run(name, files)),
];
const sum = (key: keyof Counts) => results.reduce((total, counts) => total + counts[key], 0);
console.log(`\n${sum("passes")} passed, ${sum("failures")} failed, ${sum("pending")} skipped`);
process.exitCode = sum("failures") > 0 ? 1 : 0;
