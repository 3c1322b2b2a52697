import { type ChildProcess, spawn } from "node:child_process";
import { mediumOf } from "@metrics-link/sandbox/cli/ceremony.ts";
import { sandbox } from "./sandbox.ts";

export interface Ended {
  readonly code: number | null;
  /** stdout and stderr as they came. */
  readonly printed: string;
}

/** Where the roots of the sandbox are kept, as words of a command. */
export function atTheRoot(): string[] {
  const { folder, passphraseFile } = mediumOf(sandbox);
  return ["--medium", folder, "--passphrase-file", passphraseFile, "--yes"];
}

/** A command of scripts/ as a person calls it, on a stack of this sandbox, in a process group of its own. */
export function begin(script: string, words: readonly string[], before: readonly string[] = []) {
  const call = ["scripts/with-toolchain.mjs", "node", "scripts/link.ts", script, ...words, "--sandbox", sandbox.name];
  const [program = "node", ...rest] = [...before, "node", ...call];
  const child = spawn(program, rest, { cwd: sandbox.repository, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  return { child, ended: ended(child) };
}

export const run = (script: string, ...words: string[]): Promise<Ended> => begin(script, words).ended;

/** @throws Error with what it printed when it does not end with 0 */
export async function must(script: string, ...words: string[]): Promise<string> {
  const { code, printed } = await run(script, ...words);
  if (code === 0) return printed;
  throw new Error(`${script} ${words.join(" ")} ended with ${code}: ${printed}`);
}

/** With a loopback and nothing else: Pulumi and its plugins talk to each other by it. */
export const withoutNetwork = ["unshare", "--net", "/bin/sh", "-c", 'ip link set lo up && exec "$0" "$@"'];

function ended(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve, reject) => {
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, printed }));
  });
}
