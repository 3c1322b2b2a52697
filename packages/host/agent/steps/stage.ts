import { readdir, rm } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { canonicalRelease, hostPaths, type Release } from "@metrics-link/release";
import { Accounts } from "../accounts.ts";
import { isTwin } from "../checks.ts";
import { toolDirectory } from "../download.ts";
import { willChange } from "../drift.ts";
import { placeDirectory, placeFile, placeLink } from "../place-file.ts";
import { at, type Run, releaseDirectory, releaseOf } from "../run.ts";
import { releaseFile } from "./fetch.ts";

const root = { uid: 0, gid: 0 };

/**
 * Makes the release's directory be what the release says: what is right stays, what is wrong is replaced, what is
 * foreign goes. For the release in force the same work is the repair of drift.
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
    await placeFile(join(directory, path), content, { mode, owner: accounts.identity(owner, group) }, before(path));
  }
  for (const { path, target } of commandsOf(release)) {
    await placeLink(join(directory, path), target, { beforeChange: before(path) });
  }
  const text = canonicalRelease(release);
  await placeFile(join(directory, releaseFile), text, { mode: "0644", owner: root }, before(releaseFile));
  const ours = new Set(placed.map(({ path }) => path));
  for (const path of await foreignFiles(directory, ours)) {
    // What a killed run leaves of itself is nobody's doing.
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

/** Every folder of the release, the release's own (".") first. */
function foldersOf(placed: readonly { readonly path: string }[]): string[] {
  const folders = new Set<string>();
  for (const { path } of placed) for (let at = dirname(path); at !== "."; at = dirname(at)) folders.add(at);
  return [".", ...[...folders].sort()];
}

async function foreignFiles(directory: string, ours: ReadonlySet<string>): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((path) => !ours.has(path));
}
