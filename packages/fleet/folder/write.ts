import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Writes a sender's file. */
export function writeSenderFile(root: string, path: string, text: string): void {
  const folder = join(root, dirname(path));
  mkdirSync(folder, { recursive: true });
  writeWhole(join(root, path), text, join(folder, `.${basename(path)}.draft`));
}

/**
 * Writes a file of the repository, whole or not at all: a killed command leaves the old one, and a draft that nobody reads. A branch may
 * have put a link in the draft's place, through which a command of its reader would write: what is there goes first.
 */
export function writeWhole(path: string, text: string, draft = `${path}.draft`): void {
  rmSync(draft, { force: true });
  writeFileSync(draft, text, { flag: "wx" });
  renameSync(draft, path);
}

/**
 * Removes a sender's file. Git keeps no empty folder, and without the folder that the configuration names no update works: the last
 * file leaves one that keeps it.
 * @returns the path of that, if it is the last
 * @throws Error when it is not there
 */
export function removeSenderFile(root: string, path: string): string | undefined {
  rmSync(join(root, path));
  const folder = dirname(path);
  if (readdirSync(join(root, folder)).length > 0) return undefined;
  const keeper = `${folder}/.gitkeep`;
  writeFileSync(join(root, keeper), "");
  return keeper;
}
