import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A file of the repository, by its path from the root. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The path of every tracked file that is there. */
export function trackedPaths(repository: string): string[] {
  const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: repository, encoding: "utf8" }).split("\0");
  return tracked.filter((path) => path !== "" && existsSync(join(repository, path)));
}

/** Every tracked text file. */
export function sourceFiles(repository: string): SourceFile[] {
  return trackedPaths(repository)
    .map((path) => ({ path, text: readFileSync(join(repository, path), "utf8") }))
    .filter(({ text }) => !text.includes("\0"));
}
