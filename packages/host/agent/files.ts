import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, chown, lstat, mkdir, readFile, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { commandFailed, type Effects, type Identity } from "./effects.ts";

/** True when there is something at a path, a dangling symlink included. */
export async function exists(path: string): Promise<boolean> {
  return (await lstatOrNothing(path)) !== undefined;
}

/** Makes a directory and those above it, readable for everybody: the agent's own umask is closed. */
export async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await chmod(made, 0o755);
}

/** Called before anything is changed, so that the change can be recorded first. */
type BeforeChange = () => Promise<void>;
const unrecorded: BeforeChange = async () => {};

/**
 * Gives a file this content, mode and owner; leaves it alone when it has them. It is written beside its place and
 * renamed, so nobody sees half of it.
 */
export async function placeFile(
  path: string,
  content: string | Buffer,
  { mode, owner }: { readonly mode: string; readonly owner: Identity },
  beforeChange: BeforeChange = unrecorded,
): Promise<void> {
  const wanted = Number.parseInt(mode, 8);
  const found = await lstatOrNothing(path);
  if (found?.isFile() && found.uid === owner.uid && found.gid === owner.gid && (found.mode & 0o7777) === wanted) {
    if ((await readFile(path)).equals(Buffer.from(content))) return;
  }
  await beforeChange();
  await replaceFile(path, content, { mode, owner });
}

/** The same, without looking at what is there. */
export async function replaceFile(
  path: string,
  content: string | Buffer,
  { mode, owner }: { readonly mode: string; readonly owner: Identity },
): Promise<void> {
  if ((await lstatOrNothing(path))?.isDirectory()) await rm(path, { recursive: true });
  await makeDirectory(dirname(path));
  const fresh = `${path}.new`;
  await rm(fresh, { force: true });
  // Closed to everyone until it is complete.
  await writeFile(fresh, content, { mode: 0o600, flag: "wx" });
  // In this order: only the owner may change the mode, and that is root until the next line.
  await chmod(fresh, Number.parseInt(mode, 8));
  await chown(fresh, owner.uid, owner.gid);
  await rename(fresh, path);
}

/** Makes a directory that root owns and everybody can read; secret files in it have closed modes of their own. */
export async function placeDirectory(path: string, beforeChange: BeforeChange = unrecorded): Promise<void> {
  const found = await lstatOrNothing(path);
  if (found?.isDirectory() && found.uid === 0 && found.gid === 0 && (found.mode & 0o7777) === 0o755) return;
  await beforeChange();
  if (found && !found.isDirectory()) await rm(path);
  await makeDirectory(path);
  await chown(path, 0, 0);
  await chmod(path, 0o755);
}

/**
 * Points a symlink at a target, by rename(2): a reader sees the old target or the new one.
 * @param again renames even when the target is right, for programs that watch for the rename itself
 */
export async function placeLink(
  path: string,
  target: string,
  { again = false, beforeChange = unrecorded }: { readonly again?: boolean; readonly beforeChange?: BeforeChange } = {},
): Promise<void> {
  const fresh = `${path}.new`;
  // A killed run may have left it.
  await rm(fresh, { force: true });
  const found = await readlink(path).catch(() => undefined);
  if (found === target && !again) return;
  if (found !== target) await beforeChange();
  await makeDirectory(dirname(path));
  await symlink(target, fresh);
  if ((await lstatOrNothing(path))?.isDirectory()) await rm(path, { recursive: true });
  await rename(fresh, path);
}

/**
 * Waits until everything written to a path's file system is on its disk (syncfs(2)). Without it, a file that is renamed
 * into place can hold zeros after a power cut.
 */
export async function flush(effects: Effects, path: string): Promise<void> {
  const { code, output } = await effects.run(["sync", "--file-system", path], { timeoutMs: 120_000 });
  if (code !== 0) throw commandFailed(`sync --file-system ${path} failed`, { code, output });
}

export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/**
 * Tells one state of a file from another without reading it: the change time moves with every write, rename, chmod and
 * chown, and nobody can set it (inode(7)).
 */
export async function stampOf(path: string): Promise<string> {
  const { size, mode, uid, gid, ctimeNs } = await lstat(path, { bigint: true });
  return [size, mode, uid, gid, ctimeNs].join(" ");
}

async function lstatOrNothing(path: string) {
  return lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
}
