import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { Suite } from "./files.ts";

/** What test/support/counting-reporter.cjs writes. */
const countsSchema = z.object({
  passes: z.number(),
  failures: z.number(),
  pending: z.number(),
  /** Seconds by file: `seconds` with hooks, `testSeconds` without. */
  files: z.record(z.string(), z.object({ seconds: z.number(), testSeconds: z.number() })).default({}),
});
export type Counts = z.infer<typeof countsSchema>;

/**
 * Runs a suite in one process of mocha.
 * @param say takes each line that it prints
 * @param environment besides this process's own
 */
export async function run(
  { files, sandbox }: Suite,
  say: (line: string) => void,
  environment: NodeJS.ProcessEnv = {},
): Promise<Counts> {
  const started = performance.now();
  const directory = mkdtempSync(join(tmpdir(), "metrics-link-test-"));
  const countsFile = join(directory, "counts.json");
  const ownEnvironment = { COUNTS_FILE: countsFile, ...(sandbox && { METRICS_LINK_TEST_SANDBOX: sandbox }) };
  const code = await spoken(["--reporter", "test/support/counting-reporter.cjs", ...files], say, {
    ...process.env,
    ...environment,
    ...ownEnvironment,
  });
  say(`ended after ${Math.round((performance.now() - started) / 1000)} s`);
  try {
    const counts = countsSchema.parse(JSON.parse(readFileSync(countsFile, "utf8")));
    // A run that failed without a failed test is one failure.
    return code !== 0 && counts.failures === 0 ? { ...counts, failures: 1 } : counts;
  } catch (error) {
    say(`ended without counts: ${String(error)}`);
    return { passes: 0, failures: 1, pending: 0, files: {} };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Runs mocha and says each line that it prints. @returns its exit code */
function spoken(words: readonly string[], say: (line: string) => void, env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn("mocha", words, { stdio: ["ignore", "pipe", "pipe"], env });
    for (const stream of [child.stdout, child.stderr]) createInterface(stream).on("line", say);
    child.on("error", (error) => {
      say(error.message);
      resolve(1);
    });
    child.on("close", (code) => resolve(code ?? 1));
  });
}
