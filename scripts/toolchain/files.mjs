// @ts-check
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";

/**
 * @param {string} file
 * @param {"sha256" | "sha512"} algorithm
 * @param {"hex" | "base64"} encoding
 */
export async function hashFile(file, algorithm = "sha256", encoding = "hex") {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return hash.digest(encoding);
}

/**
 * Makes a folder that exists complete or not at all: `fill` works in a folder of its own, which gets its name when `fill`
 * is done. A folder that is already there is left as it is, unless somebody took out of it what it must have.
 * @param {string} target absolute path
 * @param {string} work folder for incomplete work, on the same file system
 * @param {string[]} contains paths inside it that must be there
 * @param {(folder: string) => Promise<void>} fill
 * @returns {Promise<boolean>} whether it was made now
 */
export async function publishFolder(target, work, contains, fill) {
  if (contains.every((file) => existsSync(path.join(target, file)))) return false;
  await mkdir(work, { recursive: true });
  await mkdir(path.dirname(target), { recursive: true });
  const folder = await mkdtemp(path.join(work, `${path.basename(target)}-`));
  await fill(folder);
  // mkdtemp made it for root alone; hosts and daemons of other users read it.
  await chmod(folder, 0o755);
  await rm(target, { recursive: true, force: true });
  await rename(folder, target);
  return true;
}

/**
 * Writes a file that its readers see whole, before or after.
 * @param {string} target
 * @param {string} contents
 * @param {number} mode
 */
export async function writeWhole(target, contents, mode = 0o644) {
  await mkdir(path.dirname(target), { recursive: true });
  const aside = `${target}.${process.pid}`;
  await writeFile(aside, contents, { mode });
  await rename(aside, target);
}

/**
 * @param {string} target the link
 * @param {string} destination what it points at
 */
export async function linkWhole(target, destination) {
  await mkdir(path.dirname(target), { recursive: true });
  const aside = `${target}.${process.pid}`;
  await rm(aside, { force: true });
  await symlink(destination, aside);
  await rename(aside, target);
}

/**
 * Removes what an interrupted set-up left. A file system that is still mounted in there stops it: removing would reach
 * through the mount.
 * @param {string} work
 */
export async function emptyWork(work) {
  // Only the image of the sandbox's hosts is made by mounting, and only on Linux.
  const mountinfo = "/proc/self/mountinfo";
  const mounts = (existsSync(mountinfo) ? await readFile(mountinfo, "utf8") : "")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .filter((mount) => mount.startsWith(`${work}/`));
  if (mounts.length > 0) {
    throw new Error(`an interrupted set-up left mounts: run \`umount ${mounts.reverse().join(" ")}\` and try again`);
  }
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
}

/**
 * @param {string} folder
 * @returns {string} the nearest folder above it, or itself, that exists
 */
export function existingParent(folder) {
  let parent = folder;
  while (!existsSync(parent)) parent = path.dirname(parent);
  return parent;
}
