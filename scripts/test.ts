import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { checks, lint } from "./lint/index.ts";

interface Counts {
  readonly passes: number;
  readonly failures: number;
  readonly pending: number;
}

interface Suite {
  readonly name: string;
  readonly files: string;
  /** The sandbox that it makes and removes; suites that run side by side have one each. */
  readonly sandbox?: string;
}

/**
 * One group after the other; the suites of a group run side by side. A sandbox waits most of its time, and two at a time
 * leave each enough of two cores.
 */
const groups: readonly (readonly Suite[])[] = [
  [
    { name: "unit", files: "test/unit/!(sandbox)/**/*.test.ts" },
    { name: "sandbox", files: "test/unit/sandbox/**/*.test.ts" },
  ],
  [{ name: "program", files: "test/program/**/*.test.ts" }],
  [
    { name: "link", files: "test/e2e/link/*.test.ts", sandbox: "test" },
    { name: "hosts", files: "test/e2e/hosts/*.test.ts", sandbox: "test-hosts" },
  ],
];

const nameWidth = Math.max(...groups.flat().map(({ name }) => name.length));

/** Runs one suite of mocha. What it prints appears line by line behind the suite's name, for several talk at a time. */
async function run({ name, files, sandbox }: Suite): Promise<Counts> {
  const started = performance.now();
  const directory = mkdtempSync(join(tmpdir(), "metrics-link-test-"));
  const countsFile = join(directory, "counts.json");
  const environment = { COUNTS_FILE: countsFile, ...(sandbox ? { METRICS_LINK_TEST_SANDBOX: sandbox } : {}) };
  const say = (line: string) => console.log(`${name.padEnd(nameWidth)} | ${line}`);
  const code = await spoken(["--reporter", "test/support/counting-reporter.cjs", files], environment, say);
  say(`ended after ${Math.round((performance.now() - started) / 1000)} s`);
  try {
    const counts = JSON.parse(readFileSync(countsFile, "utf8")) as Counts;
    // A run that failed without a failed test is one failure.
    return code !== 0 && counts.failures === 0 ? { ...counts, failures: 1 } : counts;
  } catch (error) {
    say(`ended without counts: ${String(error)}`);
    return { passes: 0, failures: 1, pending: 0 };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Runs mocha and says each line that it prints. @returns its exit code */
function spoken(
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn("mocha", words, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...environment } });
    for (const stream of [child.stdout, child.stderr]) createInterface(stream).on("line", say);
    child.on("error", (error) => {
      say(error.message);
      resolve(1);
    });
    child.on("close", (code) => resolve(code ?? 1));
  });
}

console.log("=== checks ===");
const failedChecks = lint();
const results: Counts[] = [{ passes: checks.length - failedChecks.length, failures: failedChecks.length, pending: 0 }];
for (const suites of groups) results.push(...(await Promise.all(suites.map(run))));
const sum = (key: keyof Counts) => results.reduce((total, counts) => total + counts[key], 0);
console.log(`\n${sum("passes")} passed, ${sum("failures")} failed, ${sum("pending")} skipped`);
process.exitCode = sum("failures") > 0 ? 1 : 0;
