import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checks, lint } from "./lint.ts";

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

/** What runs side by side, and in each lane one after the other. A sandbox waits most of its time. */
const lanes: readonly (readonly Suite[])[] = [
  [
    { name: "unit", files: "test/unit/**/*.test.ts" },
    { name: "program", files: "test/program/**/*.test.ts" },
  ],
  [{ name: "end to end: the link", files: "test/e2e/link/*.test.ts", sandbox: "test" }],
  [{ name: "end to end: the hosts", files: "test/e2e/hosts/*.test.ts", sandbox: "test-hosts" }],
];

/** Runs one suite of mocha and shows what it printed once it is over, so that suites do not talk at the same time. */
async function run({ name, files, sandbox }: Suite): Promise<Counts> {
  const started = performance.now();
  const directory = mkdtempSync(join(tmpdir(), "metrics-link-test-"));
  const countsFile = join(directory, "counts.json");
  const environment = { COUNTS_FILE: countsFile, ...(sandbox ? { METRICS_LINK_TEST_SANDBOX: sandbox } : {}) };
  console.log(`started: ${name}`);
  const { code, output } = await printed(["--reporter", "test/support/counting-reporter.cjs", files], environment);
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`\n=== ${name} (${seconds} s) ===\n${output}`);
  try {
    const counts = JSON.parse(readFileSync(countsFile, "utf8")) as Counts;
    // A run that failed without a failed test is one failure.
    return code !== 0 && counts.failures === 0 ? { ...counts, failures: 1 } : counts;
  } catch (error) {
    console.error(`${name}: ended without counts: ${String(error)}`);
    return { passes: 0, failures: 1, pending: 0 };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function printed(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn("mocha", words, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...environment } });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.on("error", (error) => resolve({ code: 1, output: `${output}${error.message}\n` }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

async function inTurn(suites: readonly Suite[]): Promise<Counts[]> {
  const results: Counts[] = [];
  for (const suite of suites) results.push(await run(suite));
  return results;
}

console.log("=== checks ===");
const failedChecks = lint();
const results: Counts[] = [
  { passes: checks.length - failedChecks.length, failures: failedChecks.length, pending: 0 },
  ...(await Promise.all(lanes.map(inTurn))).flat(),
];
const sum = (key: keyof Counts) => results.reduce((total, counts) => total + counts[key], 0);
console.log(`\n${sum("passes")} passed, ${sum("failures")} failed, ${sum("pending")} skipped`);
process.exitCode = sum("failures") > 0 ? 1 : 0;
