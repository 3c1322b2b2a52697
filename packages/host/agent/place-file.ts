import { chmod, chown, lstat, mkdir, readFile, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Identity } from "./effects.ts";

/** True when there is something at a path; a dangling symlink is something. */
export async function exists(path: string): Promise<boolean> {
  return (await lstatOrNothing(path)) !== undefined;
}

/** Makes a directory with those above it, open to everybody's look: the agent's own mask is closed. */
export async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await chmod(made, 0o755);
}

/** Called before anything is changed, so that it can be written down first. */
export type BeforeChange = () => Promise<void>;
const nobodyAsks: BeforeChange = async () => {};

/**
 * Makes a file have this content, mode and owner; what is right already is left alone. Never seen half-written: it is
 * made beside its place and renamed.
 */
export async function placeFile(
  path: string,
  content: string | Buffer,
  { mode, owner }: { readonly mode: string; readonly owner: Identity },
  beforeChange: BeforeChange = nobodyAsks,
): Promise<void> {
  const wanted = Number.parseInt(mode, 8);
  const found = await lstatOrNothing(path);
  if (found?.isFile() && found.uid === owner.uid && found.gid === owner.gid && (found.mode & 0o7777) === wanted) {
    if ((await readFile(path)).equals(Buffer.from(content))) return;
  }
  await beforeChange();
  await replaceFile(path, content, { mode, owner });
}

/** The same without a look at what is there. */
export async function replaceFile(
  path: string,
  content: string | Buffer,
  { mode, owner }: { readonly mode: string; readonly owner: Identity },
): Promise<void> {
  if ((await lstatOrNothing(path))?.isDirectory()) await rm(path, { recursive: true });
  await makeDirectory(dirname(path));
  const fresh = `${path}.new`;
  await rm(fresh, { force: true });
  // Closed to everyone until it is whole.
  await writeFile(fresh, content, { mode: 0o600, flag: "wx" });
  // In this order: the mode is the owner's to change, and that is root until the next line.
  await chmod(fresh, Number.parseInt(mode, 8));
  await chown(fresh, owner.uid, owner.gid);
  await rename(fresh, path);
}

/** Makes a directory be there, root's, and open to everybody's look: what is secret in it is closed by itself. */
export async function placeDirectory(path: string, beforeChange: BeforeChange = nobodyAsks): Promise<void> {
  const found = await lstatOrNothing(path);
  if (found?.isDirectory() && found.uid === 0 && found.gid === 0 && (found.mode & 0o7777) === 0o755) return;
  await beforeChange();
  if (found && !found.isDirectory()) await rm(path);
  await makeDirectory(path);
  await chown(path, 0, 0);
  await chmod(path, 0o755);
}

/**
 * Makes a symlink point somewhere, by rename(2): a reader sees the old target or the new one.
 * @param again renames even when the target is right, for those who wait for the rename itself
 */
export async function placeLink(
  path: string,
  target: string,
  { again = false, beforeChange = nobodyAsks }: { readonly again?: boolean; readonly beforeChange?: BeforeChange } = {},
): Promise<void> {
  const fresh = `${path}.new`;
  // A run that was killed may have left it.
  await rm(fresh, { force: true });
  const found = await readlink(path).catch(() => undefined);
  if (found === target && !again) return;
  if (found !== target) await beforeChange();
  await makeDirectory(dirname(path));
  await symlink(target, fresh);
  if ((await lstatOrNothing(path))?.isDirectory()) await rm(path, { recursive: true });
  await rename(fresh, path);
}

async function lstatOrNothing(path: string) {
  return lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
}
