import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, optionsOf, say } from "../stack/command-line.ts";
import { repository } from "../stack/context.ts";
import { lengthProblems } from "./length.ts";
import { placeProblems } from "./places.ts";
import { type SourceFile, shellFiles, sourceFiles } from "./source.ts";
import { suppressionProblems } from "./suppressions.ts";
import { forbiddenWords, wordProblems } from "./words.ts";

interface Check {
  readonly name: string;
  /** Prints what is wrong. */
  readonly passes: () => boolean;
}

let read: readonly SourceFile[] | undefined;
/** Every tracked text file; several checks look at them. */
function sources(): readonly SourceFile[] {
  read ??= sourceFiles(repository);
  return read;
}

/** Every check of the source as it stands. */
export const checks: readonly Check[] = [
  { name: "types", passes: program("tsc", "--noEmit") },
  { name: "style", passes: program("biome", "ci", "--error-on-warnings", ".") },
  {
    name: "import directions",
    passes: program("depcruise", "--config", ".dependency-cruiser.mjs", "packages", "stacks", "scripts", "test"),
  },
  { name: "unused", passes: program("knip", "--no-progress", "--no-config-hints") },
  { name: "shell", passes: () => program("shellcheck", ...shellFiles(sources()))() },
  { name: "places", passes: found(() => placeProblems(sources())) },
  { name: "suppressions", passes: found(() => suppressionProblems(sources())) },
  { name: "file length", passes: found(() => lengthProblems(sources())) },
  { name: "words", passes: found(() => wordProblems(sources(), forbiddenWords(glossary()))) },
];

function program(file: string, ...words: string[]): () => boolean {
  return () => {
    const { status, error } = spawnSync(file, words, { cwd: repository, stdio: "inherit" });
    if (error) say(error.message);
    return status === 0;
  };
}

function found(problems: () => readonly string[]): () => boolean {
  return () => {
    const all = problems();
    for (const problem of all) say(problem);
    return all.length === 0;
  };
}

function glossary(): string {
  return readFileSync(join(repository, "docs/glossary.md"), "utf8");
}

/** Runs every check, even after one failed. @returns the names of those that failed */
export function lint(): string[] {
  return checks.flatMap(({ name, passes }) => {
    const started = performance.now();
    const passed = passes();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    say(`${passed ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
    return passed ? [] : [name];
  });
}

const usage = `Usage: npm run -s lint
Checks the source: ${checks.map(({ name }) => name).join(", ")}. Exits with 1 when a check failed.`;

export const command: Command = {
  usage,
  async run(words) {
    optionsOf(words, {});
    return lint().length > 0 ? 1 : 0;
  },
};
