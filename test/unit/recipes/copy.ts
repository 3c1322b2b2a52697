import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { trackedPaths } from "../../../scripts/lint/source.ts";

const repository = join(import.meta.dirname, "../../..");

/** What a recipe does to one file: writes it, or inserts text behind a text that is in it once. */
export type Edit =
  | { readonly file: string; readonly text: string }
  | { readonly file: string; readonly behind: string; readonly insert: string }
  | { readonly file: string; readonly replace: string; readonly by: string };

/** The tracked files of this repository in a folder of their own, with its installed packages. */
export class Copy {
  readonly directory = mkdtempSync(join(tmpdir(), "metrics-link-recipes-"));

  constructor() {
    for (const path of trackedPaths(repository)) cpSync(join(repository, path), join(this.directory, path));
    // Packages of the workspace are relative links, so they lead to those of the copy; all others to the one store.
    for (const folder of ["", ...globSync("packages/*", { cwd: repository }), "stacks"]) {
      const from = join(repository, folder, "node_modules");
      const to = join(this.directory, folder, "node_modules");
      mkdirSync(to, { recursive: true });
      for (const name of existsSync(from) ? readdirSync(from) : []) {
        if (name.startsWith(".")) symlinkSync(join(from, name), join(to, name));
        else cpSync(join(from, name), join(to, name), { recursive: true, verbatimSymlinks: true });
      }
    }
  }

  edit(edit: Edit): void {
    const path = join(this.directory, edit.file);
    if ("text" in edit) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, edit.text);
      return;
    }
    const [found, by] = "replace" in edit ? [edit.replace, edit.by] : [edit.behind, `${edit.behind}${edit.insert}`];
    const [before = "", after, ...more] = readFileSync(path, "utf8").split(found);
    if (after === undefined || more.length > 0) throw new Error(`${edit.file} has not once: ${found}`);
    writeFileSync(path, before + by + after);
  }

  /** Runs a program of the copy. @throws Error with what it printed when it does not end with 0 */
  run(file: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}): void {
    const { status, stdout, stderr, error } = spawnSync(file, words, {
      cwd: this.directory,
      encoding: "utf8",
      env: { ...process.env, NODE_OPTIONS: "", ...environment },
    });
    if (status !== 0) throw new Error(`${file} ${words.join(" ")}: ${error?.message ?? stdout + stderr}`);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}
