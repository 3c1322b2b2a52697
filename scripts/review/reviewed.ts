import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Files } from "@metrics-link/review";
import type { Git } from "./git.ts";
import { takeOver } from "./inputs.ts";
import { filesIn, installModules, linkModules, unpack } from "./program.ts";

/** The program of the commit that was reviewed, laid out in a temporary folder that goes with it. */
export class ReviewedProgram {
  /** The folder with its Pulumi.yaml. */
  readonly directory: string;
  /** As the commit has them. */
  readonly files: Files;
  readonly #folder: string;

  constructor(git: Git, commit: string) {
    this.#folder = mkdtempSync(join(tmpdir(), "metrics-link-review-"));
    this.directory = join(this.#folder, "program");
    unpack(git.archive(commit), this.directory);
    this.files = filesIn(this.directory, git.filesOf(commit));
  }

  /**
   * Makes it runnable with the stack file and the named files of another checkout.
   * @param modules a checkout whose packages are installed
   */
  prepare(checkout: string, stackFile: string, named: readonly string[], modules: string): void {
    takeOver(checkout, this.directory, named);
    mkdirSync(join(this.directory, "stacks"), { recursive: true });
    const copy = join(this.directory, "stacks", basename(stackFile));
    rmSync(copy, { force: true });
    symlinkSync(stackFile, copy);
    if (lockOf(modules) === lockOf(this.directory)) linkModules(modules, this.directory);
    else installModules(this.directory);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const lockOf = (directory: string) => readFileSync(join(directory, "pnpm-lock.yaml"), "utf8");
