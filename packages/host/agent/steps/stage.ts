import { readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LinkError, printableLines, valueAt } from "@metrics-link/contract";
import { hostPaths, type Release, type ReleaseSecret } from "@metrics-link/release";
import { Accounts } from "../accounts.ts";
import { isTwin, runCheck, runsATool } from "../checks.ts";
import { willChange } from "../drift.ts";
import { placeDirectory, placeFile, placeLink, replaceFile, stampOf } from "../files.ts";
import { remember } from "../memory.ts";
import { releaseFile } from "../releases.ts";
import { at, documentOf, type Run, releaseDirectory, releaseOf } from "../run.ts";
import { toolDirectory } from "../tools.ts";

const root = { uid: 0, gid: 0 };

/**
 * Makes the directory match the release: correct files stay, wrong ones are replaced, foreign ones are removed. For the
 * release in force, the same work repairs drift.
 */
export async function stage(run: Run): Promise<void> {
  const release = releaseOf(run);
  const directory = releaseDirectory(run);
  const accounts = await Accounts.read(run.effects.root);
  const before = (path: string) => () => willChange(run, path);
  for (const parent of [hostPaths.base, hostPaths.releases])
    await placeDirectory(at(run.effects, parent), before(parent));
  const placed = [...release.files, ...release.secrets, ...commandsOf(release), { path: releaseFile }];
  for (const folder of foldersOf(placed)) await placeDirectory(join(directory, folder), before(`${folder}/`));
  for (const { path, content, mode, owner, group } of release.files) {
    // Without join(): the path is relative and normal, as its schema demands.
    await placeFile(`${directory}/${path}`, content, { mode, owner: accounts.identity(owner, group) }, before(path));
  }
  for (const { path, target } of commandsOf(release)) {
    await placeLink(join(directory, path), target, { beforeChange: before(path) });
  }
  // Its hash is the release's name, so it is written as it came.
  await placeFile(
    join(directory, releaseFile),
    documentOf(run).text,
    { mode: "0644", owner: root },
    before(releaseFile),
  );
  const ours = new Set(placed.map(({ path }) => path));
  for (const path of await foreignFiles(directory, ours)) {
    // Left over from a killed run: not drift.
    if (!isTwin(path) && !ours.has(path.replace(/\.new$/, ""))) await willChange(run, path);
    await rm(join(directory, path));
  }
}

function commandsOf({ tools }: Release) {
  return tools.flatMap((tool) =>
    Object.entries(tool.executables).map(([name, inner]) => ({
      path: `bin/${name}`,
      target: `${toolDirectory(tool)}/${inner}`,
    })),
  );
}

/** Every folder of the release, its own directory (".") first. */
function foldersOf(placed: readonly { readonly path: string }[]): string[] {
  const folders = new Set<string>();
  for (const { path } of placed) for (let at = dirname(path); at !== "."; at = dirname(at)) folders.add(at);
  return [".", ...[...folders].sort()];
}

async function foreignFiles(directory: string, ours: ReadonlySet<string>): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(directory.length + 1))
    .filter((path) => !ours.has(path));
}

/**
 * Places the secret files. The agent cannot read them again once they have their owner, so it compares the file system's
 * stamp: files of the release in force that are as they were placed stay, and all others are fetched and replaced.
 */
export async function placeSecrets(run: Run): Promise<void> {
  const { memory, effects } = run;
  const accounts = await Accounts.read(effects.root);
  const directory = releaseDirectory(run);
  const seals = run.wasInForce ? { ...memory.secretSeals[run.subject] } : {};
  const values = new Map<string, Promise<string>>();
  const value = ({ secretArn, versionId }: ReleaseSecret) => {
    const key = `${secretArn} ${versionId}`;
    const asked = values.get(key) ?? effects.getSecret(secretArn, versionId);
    values.set(key, asked);
    return asked;
  };
  for (const secret of releaseOf(run).secrets) {
    const { path, mode, owner, group } = secret;
    const file = join(directory, path);
    if (seals[path] !== undefined && (await stampOf(file).catch(() => undefined)) === seals[path]) continue;
    const content = fieldOf(secret, await value(secret));
    await willChange(run, path);
    replaceFile(file, content, { mode, owner: accounts.identity(owner, group) });
    run.secretContents.set(path, content);
    seals[path] = await stampOf(file);
  }
  if (JSON.stringify(seals) === JSON.stringify(memory.secretSeals[run.subject])) return;
  memory.secretSeals = { ...memory.secretSeals, [run.subject]: seals };
  await remember(effects.root, memory);
}

/** @throws LinkError `SECRET_INVALID` naming the secret and the field, never the value */
function fieldOf({ secretArn, field }: ReleaseSecret, value: string): string {
  if (field === undefined) return value;
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    // Without its cause: a parser's message quotes what it read.
    throw new LinkError("SECRET_INVALID", {
      what: `The value of ${secretArn} is not JSON, so it has no field ${field}`,
    });
  }
  const found = valueAt(parsed, [field]);
  if (typeof found === "string") return found;
  throw new LinkError("SECRET_INVALID", { what: `The value of ${secretArn} has no text in the field ${field}` });
}

/**
 * Validates the staged release with the real tools. An untouched release in force was validated before; certificates
 * age, so those are checked every time.
 * @throws LinkError `RELEASE_CHECK_FAILED` with all objections
 */
export async function validate(run: Run): Promise<void> {
  const isKnown = run.wasInForce && run.touched.size === 0;
  const checks = releaseOf(run).checks.filter((check) => !(isKnown && runsATool(check)));
  const results = await Promise.all(
    checks.map((check) =>
      runCheck(run, check).then(
        () => [],
        (error: Error) => [`${check.kind}: ${error.message}`],
      ),
    ),
  );
  const objections = results.flat();
  if (objections.length > 0)
    throw new LinkError("RELEASE_CHECK_FAILED", { what: printableLines(objections.join("\n")) });
}
