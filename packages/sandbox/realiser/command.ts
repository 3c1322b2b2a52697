import { type SpawnOptions, spawn } from "node:child_process";
import { constants } from "node:os";
import { LinkError } from "@metrics-link/contract";
import { namespacePath } from "./names.ts";
import { timedOut } from "./until.ts";

export interface CommandResult {
  /** The exit code; 128 + the signal's number if a signal ended it, as in shells. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly stdin?: string | Buffer;
  readonly environment?: NodeJS.ProcessEnv;
  /** Killed after this time, and the promise rejects. */
  readonly timeoutMs?: number;
}

/** Runs a command to its end, whatever its exit code. Rejects if it cannot start or takes too long. */
export function execute(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [file, ...rest] = argv;
  if (file === undefined) throw new LinkError("INTERNAL", { what: "no command given" });
  const spawnOptions: SpawnOptions = { stdio: ["pipe", "pipe", "pipe"], env: options.environment ?? process.env };
  return new Promise((resolve, reject) => {
    const child = spawn(file, rest, spawnOptions);
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout?.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => stderr.push(chunk));
    // A command may end without reading its input; its exit code is what counts.
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.stdin);
    let late = false;
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            late = true;
            child.kill("SIGKILL");
          }, options.timeoutMs);
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(new LinkError("COMMAND_FAILED", { what: `cannot run ${file}: ${error.message}`, cause: error }));
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      if (late) reject(timedOut(argv.join(" "), options.timeoutMs ?? 0));
      else resolve({ code: code ?? 128 + signalNumber(signal), stdout: text(stdout), stderr: text(stderr) });
    });
  });
}

/** Runs a command that must succeed and gives its output. Rejects with its stderr otherwise. */
export async function run(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await execute(argv, options);
  if (code === 0) return stdout;
  const input = typeof options.stdin === "string" ? `\nwith input:\n${options.stdin}` : "";
  throw new LinkError("COMMAND_FAILED", {
    what: `${argv.join(" ")} exited with code ${code}: ${stderr.trim() || stdout.trim()}${input}`,
  });
}

/** The command line that runs `argv` inside a network namespace, with this machine's files and tools. */
export function inNamespace(namespace: string, argv: readonly string[]): string[] {
  return ["nsenter", `--net=${namespacePath(namespace)}`, ...argv];
}

const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString("utf8");

const signalNumber = (signal: NodeJS.Signals | null): number => (signal === null ? 0 : constants.signals[signal]);
