import { execFileSync } from "node:child_process";
import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A file of the repository, by its path from the root. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The path of every tracked file that is there. A link, or a submodule, is none: what it leads to is tracked, or is not ours. */
export function trackedPaths(repository: string): string[] {
  const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: repository, encoding: "utf8" }).split("\0");
  return tracked.filter(
    (path) => path !== "" && lstatSync(join(repository, path), { throwIfNoEntry: false })?.isFile(),
  );
}

/** Files that are no text. Any other is looked at, even with a NUL byte in it. */
const binary = /\.png$/;

/** Every tracked text file. */
export function sourceFiles(repository: string): SourceFile[] {
  return trackedPaths(repository)
    .filter((path) => !binary.test(path))
    .map((path) => ({ path, text: readFileSync(join(repository, path), "utf8") }));
}

/** Every tracked file that a shell runs: by its ending, or by its first line. */
export function shellFiles(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path, text }) => path.endsWith(".sh") || /^#!.*\b(ba|da)?sh\b/.test(text))
    .map(({ path }) => path);
}
