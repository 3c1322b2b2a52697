import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import type { Command } from "../stack/command-line.ts";

/** A check of the source as it stands, by name, with the command that does it. */
export const checks: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: "types", command: ["tsc", "--noEmit"] },
  { name: "style", command: ["biome", "ci", "--error-on-warnings", "."] },
  {
    name: "import directions",
    command: ["depcruise", "--config", ".dependency-cruiser.mjs", "packages", "stacks", "scripts", "test"],
  },
  { name: "shell", command: ["shellcheck", ...shellFiles()] },
];

/** Every tracked file that a shell runs: by its ending, or by its first line. */
function shellFiles(): string[] {
  const tracked = execFileSync("git", ["ls-files", "-z"], { encoding: "utf8" }).split("\0");
  const present = tracked.filter((file) => file !== "" && existsSync(file));
  return present.filter((file) => file.endsWith(".sh") || /^#!.*\b(ba|da)?sh\b/.test(firstLine(file)));
}

function firstLine(file: string): string {
  return readFileSync(file, "utf8").split("\n", 1)[0] ?? "";
}

/** Runs every check, whatever the others say, and returns the names of those that failed. */
export function lint(): string[] {
  return checks.flatMap(({ name, command: [program = "", ...words] }) => {
    const started = performance.now();
    const { status, error } = spawnSync(program, words, { stdio: "inherit" });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const passed = status === 0;
    console.log(`${passed ? "ok    " : "FAILED"} ${name} (${seconds} s)${error ? `: ${error.message}` : ""}`);
    return passed ? [] : [name];
  });
}

const usage = `Usage: npm run -s lint
Checks the source as it stands: ${checks.map(({ name }) => name).join(", ")}. Ends with 1 when a check failed.`;

export const command: Command = { usage, run: async () => (lint().length > 0 ? 1 : 0) };
