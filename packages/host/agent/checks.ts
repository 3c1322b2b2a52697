import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { find, readFiles, sentence } from "@metrics-link/envoy/read/index.ts";
import { type Check, hostPaths } from "@metrics-link/release";
import { requireChain, requireKeyPair, requireTrustBundle } from "./certificates.ts";
import { type Run, releaseDirectory, releaseOf } from "./run.ts";

type Checker<Kind> = (run: Run, check: Extract<Check, { kind: Kind }>) => Promise<void>;

const checkers: { readonly [Kind in Check["kind"]]: Checker<Kind> } = {
  prometheusConfig: (run, { file }) => asked(run, file, "", (path) => [tool(run, "promtool"), "check", "config", path]),
  prometheusRules: (run, { file }) => asked(run, file, "", (path) => [tool(run, "promtool"), "check", "rules", path]),
  // As its own user: Envoy must be able to read its certificates. It tells JSON by the name's end.
  envoyConfig: (run, { file, user }) =>
    asked(run, file, ".json", (path) => [tool(run, "envoy"), "--mode", "validate", "-c", path], user),
  envoyMeaning: async (run, { file }) => {
    const lookup = (path: string) => releaseOf(run).files.find((one) => one.path === path)?.content;
    const found = find(readFiles(lookup, file), { lookup });
    if (found.length > 0) throw new Error(`${file} is refused: ${found.map(sentence).join("; ")}`);
  },
  // A key that was not placed in this run fitted its certificate when it was, and both are as they were.
  keyPair: async (run, { certificate, key }) => {
    const placed = run.secretContents.get(key);
    if (placed !== undefined) requireKeyPair(await text(run, certificate), placed);
  },
  chain: async (run, { certificate, root }) =>
    requireChain(await text(run, certificate), await text(run, root), run.effects.now()),
  trustBundle: async (run, { file, fingerprints }) => requireTrustBundle(await text(run, file), fingerprints),
};

/** What a run that was killed while it asked leaves beside a file. */
export const isTwin = (path: string) => /(^|\/)\.[^/]+\.check(\.json)?$/.test(path);

/** Checks that ask a program. Its answer is the same as long as what it is asked about is. */
export const asksATool = ({ kind }: Check) =>
  kind === "prometheusConfig" || kind === "prometheusRules" || kind === "envoyConfig";

/** @throws Error with what the check found */
export async function runCheck(run: Run, check: Check): Promise<void> {
  // The table above is total over the kinds; TypeScript cannot see that a check meets its own entry.
  await (checkers[check.kind] as Checker<Check["kind"]>)(run, check);
}

const tool = (run: Run, name: string) => join(releaseDirectory(run), "bin", name);
const text = (run: Run, path: string) => readFile(join(releaseDirectory(run), path), "utf8");

/**
 * Runs a validator on a staged file, in the staged directory: relative paths in it lead there. Where the file names paths under `current`, it is a copy beside it in which these
 * are the staged ones: else the release in force would be validated.
 */
async function asked(
  run: Run,
  file: string,
  ending: string,
  argv: (path: string) => readonly string[],
  user?: string,
): Promise<void> {
  const staged = releaseDirectory(run);
  const original = join(staged, file);
  const content = await readFile(original, "utf8");
  const twin = join(dirname(original), `.${basename(original)}.check${ending}`);
  const rewritten = content.replaceAll(`${hostPaths.current}/`, `${staged}/`);
  const path = rewritten === content ? original : twin;
  try {
    if (path === twin) {
      await writeFile(twin, rewritten);
      await chmod(twin, 0o644);
    }
    const { code, output } = await run.effects.run(argv(path), {
      timeoutMs: 60_000,
      cwd: staged,
      ...(user === undefined ? {} : { as: user }),
    });
    if (code !== 0) throw new Error(`${file} is refused (exit code ${code}): ${lastLines(output, 20)}`);
  } finally {
    await rm(twin, { force: true });
  }
}

function lastLines(output: string, count: number): string {
  return output.trim().split("\n").slice(-count).join("\n");
}
