import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Writes a sender's file, whole or not at all: a killed command leaves the old one, and a draft that nobody reads. */
export function writeSenderFile(root: string, path: string, text: string): void {
  const folder = join(root, dirname(path));
  mkdirSync(folder, { recursive: true });
  const draft = join(folder, `.${basename(path)}.draft`);
  writeFileSync(draft, text);
  renameSync(draft, join(root, path));
}

/** @throws Error when it is not there */
export const removeSenderFile = (root: string, path: string): void => rmSync(join(root, path));
