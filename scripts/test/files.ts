import { globSync, readFileSync, statSync } from "node:fs";
import { relative } from "node:path";
import { LinkError, UsageError } from "@metrics-link/contract";

/** A process of mocha: files that run one after the other. */
export interface Suite {
  readonly name: string;
  readonly files: readonly string[];
  /** The sandbox that its files share; suites that run side by side have one each. */
  readonly sandbox?: string;
}

/**
 * What a file may need, in the order in which the files of a sandbox run: a world that is touched takes long to make
 * anew.
 */
const worlds = ["nothing", "untouched", "link"];

/** Which files a suite has. The first that matches a file has it. */
const suites: readonly { readonly name: string; readonly belongs: RegExp; readonly sandbox?: string }[] = [
  { name: "sandbox", belongs: /^test\/unit\/sandbox\/.*\.test\.ts$/ },
  { name: "unit", belongs: /^test\/unit\/.*\.test\.ts$/ },
  { name: "program", belongs: /^test\/program\/.*\.test\.ts$/ },
  { name: "link", belongs: /^test\/e2e\/link\/.*\.test\.ts$/, sandbox: "test" },
  { name: "hosts", belongs: /^test\/e2e\/hosts\/.*\.test\.ts$/, sandbox: "test-hosts" },
  { name: "deploy", belongs: /^test\/e2e\/deploy\/.*\.test\.ts$/, sandbox: "test-deploy" },
  { name: "updates", belongs: /^test\/e2e\/(scrape|updates)\/.*\.test\.ts$/, sandbox: "test-updates" },
  { name: "fleet", belongs: /^test\/e2e\/fleet\/.*\.test\.ts$/, sandbox: "test-fleet" },
  { name: "long", belongs: /^test\/e2e\/long\/.*\.test\.ts$/, sandbox: "test-long" },
];

/**
 * What a person does once a year, or never, and takes minutes each: it runs when it is asked for. All else has to end within the
 * hour on a small machine, or nobody waits for it.
 */
export const longFolder = "test/e2e/long";

/**
 * The suites that have a file among the asked ones, by name.
 * @param paths files or folders of tests; none is all but those of `longFolder`
 * @param ownSandbox names the sandboxes instead of `test`
 * @throws LinkError USAGE for a path without tests, REPOSITORY_FILE_INVALID for a file that no suite has
 */
export function suitesOf(paths: readonly string[], ownSandbox = "test"): Suite[] {
  const files =
    paths.length === 0
      ? filesIn("test").filter((file) => !file.startsWith(`${longFolder}/`))
      : [...new Set(paths.flatMap(filesIn))];
  const stray = files.filter((file) => !suites.some(({ belongs }) => belongs.test(file)));
  if (stray.length > 0) {
    throw new LinkError("REPOSITORY_FILE_INVALID", {
      what: `no suite has ${stray.join(", ")}: nothing would run it`,
      next: "move it to a folder of a suite, which scripts/test/files.ts lists",
    });
  }
  return suites
    .map(({ name, sandbox }) => ({
      name,
      files: files.filter((file) => suites.find(({ belongs }) => belongs.test(file))?.name === name),
      ...(sandbox && { sandbox: sandbox.replace(/^test/, ownSandbox) }),
    }))
    .filter(({ files }) => files.length > 0)
    .map((suite) => (suite.sandbox ? { ...suite, files: byWorld(suite.files) } : suite));
}

function filesIn(path: string): string[] {
  const known = relative(process.cwd(), path);
  const isFolder = statSync(known, { throwIfNoEntry: false })?.isDirectory();
  const found = globSync(isFolder ? `${known}/**/*.test.ts` : known).toSorted();
  if (found.length === 0) throw new UsageError(`PATH is ${path}: a file or folder with tests is expected`);
  return found;
}

const byWorld = (files: readonly string[]) =>
  files.toSorted((one, other) => worlds.indexOf(worldOf(one)) - worlds.indexOf(worldOf(other)));

/** The world that a file declares (test/e2e/support/world.ts). */
function worldOf(file: string): string {
  const [, world = ""] = /\bneeds\(world\.(\w+)\)/.exec(readFileSync(file, "utf8")) ?? [];
  if (!worlds.includes(world)) {
    throw new LinkError("REPOSITORY_FILE_INVALID", {
      what: `${file} does not declare its world`,
      next: `call needs(world.X) with X one of ${worlds.join(", ")}`,
    });
  }
  return world;
}
