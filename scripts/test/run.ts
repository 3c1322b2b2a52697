import { type SpawnOptions, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { repository } from "../stack/context.ts";
import type { Suite } from "./files.ts";

/** Mocha's whole configuration: what .mocharc.yaml, package.json or MOCHA_OPTIONS say could leave tests out. */
const settings = [
  ...["--no-config", "--no-package", "--forbid-only", "--fail-zero"],
  ...["--timeout", "60000"],
  ...["--reporter", join(repository, "test/support/counting-reporter.cjs")],
];

/** What test/support/counting-reporter.cjs writes. */
const countsSchema = z.object({
  passes: z.number(),
  failures: z.number(),
  pending: z.number(),
  /** Seconds by file: `seconds` with hooks, `testSeconds` without. */
  files: z.record(z.string(), z.object({ seconds: z.number(), testSeconds: z.number() })).default({}),
  /** The tests and hooks that failed, in the order in which they ran. */
  failed: z.array(z.object({ file: z.string(), title: z.string(), message: z.string() })).default([]),
});
export type Counts = z.infer<typeof countsSchema>;

/**
 * Runs a suite in one process of mocha. A file of which no test ran counts as a failure.
 * @param say takes each line that it prints
 * @param environment besides this process's own
 * @param folder what the paths of the files start at
 */
export async function run(
  { files, sandbox }: Suite,
  say: (line: string) => void,
  environment: NodeJS.ProcessEnv = {},
  folder = repository,
): Promise<Counts> {
  const started = performance.now();
  const directory = mkdtempSync(join(tmpdir(), "metrics-link-test-"));
  const countsFile = join(directory, "counts.json");
  const ownEnvironment = { COUNTS_FILE: countsFile, ...(sandbox && { METRICS_LINK_TEST_SANDBOX: sandbox }) };
  const env = { ...process.env, ...environment, ...ownEnvironment, MOCHA_OPTIONS: "" };
  const ofRun = (message: string) => ({ file: files.join(" "), title: "the run", message });
  const code = await spoken([...settings, ...files], say, { env, cwd: folder });
  say(`ended after ${Math.round((performance.now() - started) / 1000)} s`);
  try {
    const counts = countsSchema.parse(JSON.parse(readFileSync(countsFile, "utf8")));
    const silent = files.filter((file) => counts.files[relative(folder, resolve(folder, file))] === undefined);
    for (const file of silent) say(`${file} ran no test`);
    const failed = [...counts.failed, ...silent.map((file) => ({ file, title: "the file", message: "ran no test" }))];
    const failures = counts.failures + silent.length;
    if (code === 0 || failures > 0) return { ...counts, failures, failed };
    return { ...counts, failures: 1, failed: [ofRun(`mocha ended with code ${code} though no test failed`)] };
  } catch (error) {
    const message = `ended without counts: ${String(error)}`;
    say(message);
    return { passes: 0, failures: 1, pending: 0, files: {}, failed: [ofRun(`mocha ${message}`)] };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Runs mocha and says each line that it prints. @returns its exit code */
function spoken(words: readonly string[], say: (line: string) => void, options: SpawnOptions): Promise<number> {
  return new Promise((end) => {
    const child = spawn("mocha", words, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) createInterface(stream).on("line", say);
    child.on("error", (error) => {
      say(error.message);
      end(1);
    });
    child.on("close", (code) => end(code ?? 1));
  });
}
