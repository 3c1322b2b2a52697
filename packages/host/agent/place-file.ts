import { chmod, chown, lstat, mkdir, readFile, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Identity } from "./effects.ts";

/** True when there is something at a path; a dangling symlink is something. */
export async function exists(path: string): Promise<boolean> {
  return (await lstatOrNothing(path)) !== undefined;
}

/**
 * Makes a file have this content, mode and owner; what is right already is left alone. Never seen half-written: it is
 * made beside its place and renamed.
 *
 * @returns true when something had to be changed
 */
export async function placeFile(
  path: string,
  content: string | Buffer,
  { mode, owner }: { readonly mode: string; readonly owner: Identity },
): Promise<boolean> {
  const wanted = Number.parseInt(mode, 8);
  const found = await lstatOrNothing(path);
  if (found?.isFile() && found.uid === owner.uid && found.gid === owner.gid && (found.mode & 0o7777) === wanted) {
    if ((await readFile(path)).equals(Buffer.from(content))) return false;
  }
  if (found?.isDirectory()) await rm(path, { recursive: true });
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const fresh = `${path}.new`;
  await rm(fresh, { force: true });
  // Closed to everyone until it has its owner.
  await writeFile(fresh, content, { mode: 0o600, flag: "wx" });
  await chown(fresh, owner.uid, owner.gid);
  await chmod(fresh, wanted);
  await rename(fresh, path);
  return true;
}

/**
 * Makes a directory be there, root's, and open to everybody's look: what is secret in it is closed by itself.
 * @returns true when something had to be changed
 */
export async function placeDirectory(path: string): Promise<boolean> {
  const found = await lstatOrNothing(path);
  if (found?.isDirectory() && found.uid === 0 && found.gid === 0 && (found.mode & 0o7777) === 0o755) return false;
  if (found && !found.isDirectory()) await rm(path);
  await mkdir(path, { recursive: true });
  await chown(path, 0, 0);
  await chmod(path, 0o755);
  return true;
}

/**
 * Makes a symlink point somewhere, by rename(2): a reader sees the old target or the new one.
 * @param again renames even when the target is right, for those who wait for the rename itself
 * @returns true when something was changed
 */
export async function placeLink(path: string, target: string, again = false): Promise<boolean> {
  const found = await readlink(path).catch(() => undefined);
  if (found === target && !again) return false;
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const fresh = `${path}.new`;
  await rm(fresh, { force: true });
  await symlink(target, fresh);
  if ((await lstatOrNothing(path))?.isDirectory()) await rm(path, { recursive: true });
  await rename(fresh, path);
  return true;
}

async function lstatOrNothing(path: string) {
  return lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
}
