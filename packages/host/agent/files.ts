import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  createReadStream,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { chmod, chown, lstat, readlink, rename, rm, symlink } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { commandFailed, type Effects, type Identity } from "./effects.ts";

// What is done for each of a release's files waits for the disk itself: nothing else goes on meanwhile, and of 1,000 senders there are
// 2,000 files, for which promises and threads took longer than the files.

/** True when there is something at a path, a dangling symlink included. */
export async function exists(path: string): Promise<boolean> {
  return lstatOrNothing(path) !== undefined;
}

/** Makes a directory and those above it, readable for everybody: the agent's own umask is closed. */
export function makeDirectory(path: string): void {
  const first = mkdirSync(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) chmodSync(made, 0o755);
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
  const found = lstatOrNothing(path);
  if (found?.isFile() && found.uid === owner.uid && found.gid === owner.gid && (found.mode & 0o7777) === wanted) {
    if (readFileSync(path).equals(Buffer.from(content))) return;
  }
  await beforeChange();
  replaceFile(path, content, { mode, owner });
}

/** The same, without looking at what is there. */
export function replaceFile(
  path: string,
  content: string | Buffer,
  { mode, owner }: { readonly mode: string; readonly owner: Identity },
): void {
  if (lstatOrNothing(path)?.isDirectory()) rmSync(path, { recursive: true });
  makeDirectory(dirname(path));
  const fresh = `${path}.new`;
  rmSync(fresh, { force: true });
  // Closed to everyone until it is complete.
  writeFileSync(fresh, content, { mode: 0o600, flag: "wx" });
  // In this order: only the owner may change the mode, and that is root until the next line.
  chmodSync(fresh, Number.parseInt(mode, 8));
  chownSync(fresh, owner.uid, owner.gid);
  renameSync(fresh, path);
}

/** Makes a directory that root owns and everybody can read; secret files in it have closed modes of their own. */
export async function placeDirectory(path: string, beforeChange: BeforeChange = unrecorded): Promise<void> {
  const found = lstatOrNothing(path);
  if (found?.isDirectory() && found.uid === 0 && found.gid === 0 && (found.mode & 0o7777) === 0o755) return;
  await beforeChange();
  if (found && !found.isDirectory()) await rm(path);
  makeDirectory(path);
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
  makeDirectory(dirname(path));
  await symlink(target, fresh);
  if (lstatOrNothing(path)?.isDirectory()) await rm(path, { recursive: true });
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

function lstatOrNothing(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw error;
  }
}
