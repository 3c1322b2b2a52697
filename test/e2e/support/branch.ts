import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { stackNames } from "@metrics-link/sandbox/cli/stack-files.ts";
import { sandbox } from "./sandbox.ts";

/**
 * A clone of this repository with a main branch, which is the checkout as it lies here with the sandbox's stack files, and
 * a branch to change. Nothing is installed in it. It lies in the sandbox's folder and goes with it.
 */
export class Clone {
  readonly directory = join(sandbox.layout.directory, "clone");

  constructor() {
    rmSync(this.directory, { recursive: true, force: true });
    const stackFiles = stackNames.map((stack) => sandbox.files.path(stack));
    const left = ["node_modules", ".git", ".cache", ...stackFiles.map((file) => basename(file))];
    cpSync(sandbox.repository, this.directory, { recursive: true, filter: (path) => !left.includes(basename(path)) });
    for (const file of stackFiles) copyFileSync(file, join(this.directory, "stacks", basename(file)));
    this.#git("init", "--quiet", "--initial-branch=main");
    this.#git("add", "--force", "--all", "stacks");
    this.commit("What was reviewed");
    this.#git("switch", "--quiet", "--create", "branch");
  }

  /** Changes a text of a file, which must be in it. @returns the number of the line in which it begins */
  edit(file: string, before: string, after: string): number {
    const path = join(this.directory, file);
    const text = readFileSync(path, "utf8");
    const at = text.indexOf(before);
    if (at < 0) throw new Error(`${file} has no ${before}`);
    writeFileSync(
      path,
      text.replace(before, () => after),
    );
    return text.slice(0, at).split("\n").length;
  }

  commit(message: string): void {
    this.#git("add", "--all");
    this.#git("-c", "user.name=test", "-c", "user.email=test@example.org", "commit", "--quiet", "--message", message);
  }

  /** Throws away what is not in main. */
  reset(): void {
    this.#git("reset", "--quiet", "--hard", "main");
  }

  #git(...words: string[]): void {
    execFileSync("git", ["-C", this.directory, ...words], { stdio: ["ignore", "ignore", "pipe"] });
  }
}
