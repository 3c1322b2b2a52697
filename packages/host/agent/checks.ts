import { readFileSync } from "node:fs";
import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { LinkError, printableLines } from "@metrics-link/contract";
import { bootstrapPath, find, readFiles, sentence, toJson, twinOf } from "@metrics-link/envoy/read/index.ts";
import { type Check, hostPaths, textsOf } from "@metrics-link/release";
import { requireChain, requireKeyPair, requireTrustBundle } from "./certificates.ts";
import { type Run, releaseDirectory, releaseOf } from "./run.ts";
import { requireWebConfig } from "./web-config.ts";

type Checker<Kind> = (run: Run, check: Extract<Check, { kind: Kind }>) => Promise<void>;

const checkers: { readonly [Kind in Check["kind"]]: Checker<Kind> } = {
  prometheusConfig: (run, { file }) =>
    validated(run, file, "", (path) => [tool(run, "promtool"), "check", "config", path]),
  prometheusRules: (run, { file }) =>
    validated(run, file, "", (path) => [tool(run, "promtool"), "check", "rules", path]),
  envoyConfig: async (run, { file, user }) => {
    await validated(run, file, ".json", (path) => validateEnvoy(run, path), user);
    // Releases of older programs may have a bootstrap of another name, and bring its twin as a file.
    if (file === bootstrapPath) await validatedTwin(run, user);
  },
  envoyMeaning: async (run, { file }) => {
    const lookup = textsOf(releaseOf(run).files);
    const found = find(readFiles(lookup, file), { lookup });
    if (found.length > 0)
      throw new LinkError("RELEASE_CHECK_FAILED", {
        what: printableLines(`${file} is invalid: ${found.map(sentence).join("; ")}`),
      });
  },
  // As its own user: nobody else may read it, the agent included once it has given it away. What was not placed in this run was
  // checked when it was.
  webConfig: async (run, { file, admits, user }) => {
    const placed = run.secretContents.get(file);
    if (placed !== undefined) requireWebConfig(placed, await text(run, admits));
    const staged = releaseDirectory(run);
    const argv = [tool(run, "promtool"), "check", "web-config", join(staged, file)];
    const { code } = await run.effects.run(argv, { timeoutMs: 60_000, cwd: staged, as: user });
    // Not what it says: that may quote a key.
    if (code !== 0)
      throw new LinkError("RELEASE_CHECK_FAILED", {
        what: `${file} is invalid (promtool check web-config: exit code ${code})`,
      });
  },
  // A key that was not placed in this run was checked when it was, and neither file has changed since.
  keyPair: async (run, { certificate, key }) => {
    const placed = run.secretContents.get(key);
    if (placed !== undefined) requireKeyPair(text(run, certificate), placed);
  },
  chain: async (run, { certificate, root }) => requireChain(text(run, certificate), text(run, root), run.effects.now()),
  trustBundle: async (run, { file, fingerprints }) => requireTrustBundle(text(run, file), fingerprints),
};

/** A copy for a validation, which a run leaves behind when it is killed meanwhile. */
export const isTwin = (path: string) => /(^|\/)\.[^/]+\.check(\.json)?$/.test(path);

/** Checks that run a tool: the same input gives the same answer, so unchanged files need no second check. */
export const runsATool = ({ kind }: Check) =>
  kind === "prometheusConfig" || kind === "prometheusRules" || kind === "envoyConfig" || kind === "webConfig";

/** @throws LinkError `RELEASE_CHECK_FAILED` with what the check found */
export async function runCheck(run: Run, check: Check): Promise<void> {
  // The table above is total over the kinds; TypeScript cannot see that a check meets its own entry.
  await (checkers[check.kind] as Checker<Check["kind"]>)(run, check);
}

/** As its own user: Envoy must be able to read its certificates. It recognises JSON by the file's ending. */
const validateEnvoy = (run: Run, path: string) => [tool(run, "envoy"), "--mode", "validate", "-c", path];

/**
 * Envoy's validation of what stands behind LDS and SDS, where it does not look by itself: the listener file, and whether the key belongs
 * to the certificate. The agent makes the static twin, so that a release does not carry its configuration twice (docs/decisions/0809).
 */
async function validatedTwin(run: Run, user: string): Promise<void> {
  const staged = releaseDirectory(run);
  const twin = join(staged, dirname(bootstrapPath), ".static-twin.json.check.json");
  const content = toJson(twinOf(textsOf(releaseOf(run).files)));
  await withCopy(twin, content, () => accepted(run, "the static twin", validateEnvoy(run, twin), user));
}

const tool = (run: Run, name: string) => join(releaseDirectory(run), "bin", name);
const text = (run: Run, path: string) => readFileSync(join(releaseDirectory(run), path), "utf8");

/**
 * Runs a validator on a staged file, in the staged directory, where its relative paths lead. If the file names paths below
 * `current`, the validator gets a copy with the staged paths instead: else it would validate the release in force.
 */
async function validated(
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
  if (rewritten === content) await accepted(run, file, argv(original), user);
  else await withCopy(twin, rewritten, () => accepted(run, file, argv(twin), user));
}

/** A file beside the release's own, for the time of a validation. */
async function withCopy(path: string, content: string, validate: () => Promise<void>): Promise<void> {
  try {
    await writeFile(path, content);
    await chmod(path, 0o644);
    await validate();
  } finally {
    await rm(path, { force: true });
  }
}

async function accepted(run: Run, what: string, argv: readonly string[], user?: string): Promise<void> {
  const { code, output } = await run.effects.run(argv, {
    timeoutMs: 60_000,
    cwd: releaseDirectory(run),
    ...(user === undefined ? {} : { as: user }),
  });
  if (code !== 0)
    throw new LinkError("RELEASE_CHECK_FAILED", {
      what: `${what} is invalid (exit code ${code}): ${printableLines(lastLines(output, 20))}`,
    });
}

function lastLines(output: string, count: number): string {
  return output.trim().split("\n").slice(-count).join("\n");
}
