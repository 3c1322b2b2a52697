/** Child processes that are stopped as Pulumi stops programs: an interrupt, and a kill if that did not help. */
import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";

const KILL_AFTER_MS = 5000;

export interface Command {
  readonly arguments: readonly string[];
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** Runs this very Node with arguments. */
export function spawnNode(command: Command): ChildProcessByStdio<null, Readable, Readable> {
  const child = spawn(process.execPath, command.arguments, {
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    env: command.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = () => interrupt(child);
  command.signal.addEventListener("abort", stop, { once: true });
  child.once("close", () => command.signal.removeEventListener("abort", stop));
  if (command.signal.aborted) stop();
  return child;
}

function interrupt(child: ChildProcess): void {
  child.kill("SIGINT");
  const kill = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
  child.once("close", () => clearTimeout(kill));
}

/** How the child ended, once its output has been read to the end: its exit code, or the name of a signal. */
export function ended(child: ChildProcess): Promise<number | NodeJS.Signals> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? signal ?? 1));
  });
}
