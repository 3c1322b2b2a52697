import { mkdir, readdir, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { canonicalRelease } from "@metrics-link/contract/release.ts";
import { Accounts } from "../accounts.ts";
import { toolDirectory } from "../download.ts";
import { placeFile, placeLink } from "../place-file.ts";
import { type Run, releaseDirectory, releaseOf } from "../run.ts";
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
  await mkdir(directory, { recursive: true, mode: 0o755 });

  for (const { path, content, mode, owner, group } of release.files) {
    const changed = await placeFile(join(directory, path), content, { mode, owner: accounts.identity(owner, group) });
    if (changed) run.touched.add(path);
  }
  const commands = release.tools.flatMap((tool) =>
    Object.entries(tool.executables).map(([name, inner]) => ({
      path: `bin/${name}`,
      target: `${toolDirectory(tool)}/${inner}`,
    })),
  );
  for (const { path, target } of commands) {
    if (await placeLink(join(directory, path), target)) run.touched.add(path);
  }
  await placeFile(join(directory, releaseFile), canonicalRelease(release), { mode: "0644", owner: root });
  const ours = [releaseFile, ...[...release.files, ...release.secrets, ...commands].map(({ path }) => path)];
  for (const path of await foreignFiles(directory, new Set(ours))) {
    await rm(join(directory, path));
    run.touched.add(path);
  }
}

async function foreignFiles(directory: string, ours: ReadonlySet<string>): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((path) => !ours.has(path));
}
