/** Runs one local command as pulumi-command 1.2.1 does (provider/pkg/provider/local/commandOutputs.go). */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { PassThrough, type Readable } from "node:stream";

export type Logging = "stdout" | "stderr" | "stdoutAndStderr" | "none";

export interface CommandInputs {
  readonly stdin?: string;
  readonly logging?: Logging;
  /** The program that gets the command as its last argument. */
  readonly interpreter?: readonly string[];
  readonly dir?: string;
  /** Over the environment of the provider, which is that of `pulumi`. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly addPreviousOutputInEnv?: boolean;
}

export interface CommandOutputs {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * @param previous outputs of the run before, which the command finds in PULUMI_COMMAND_STDOUT and PULUMI_COMMAND_STDERR
 * @param log is given each line as it is written
 * @param signal kills the command
 * @returns both outputs without one trailing newline
 * @throws Error with the exit status, the command and all it wrote; beware of secrets in these
 */
export async function runCommand(
  command: string,
  inputs: CommandInputs,
  previous: CommandOutputs | undefined,
  log: (line: string) => Promise<void>,
  signal: AbortSignal,
): Promise<CommandOutputs> {
  const [program = "/bin/sh", ...args] = inputs.interpreter?.length ? inputs.interpreter : ["/bin/sh", "-c"];
  const child = spawn(program, [...args, command], {
    env: { ...process.env, ...inputs.environment, ...previousOutput(inputs, previous) },
    stdio: "pipe",
    detached: true, // A process group of its own, so that all of it can be killed.
    ...(inputs.dir === undefined ? {} : { cwd: inputs.dir }),
  });
  const both: Buffer[] = [];
  const stdout = collect(child.stdout, both);
  const stderr = collect(child.stderr, both);
  const { logging = "stdoutAndStderr" } = inputs;
  const logged = [
    ...(logging === "stdout" || logging === "stdoutAndStderr" ? [logLines(child.stdout, log)] : []),
    ...(logging === "stderr" || logging === "stdoutAndStderr" ? [logLines(child.stderr, log)] : []),
  ];
  child.stdin.on("error", () => undefined); // The command may end without having read all of it.
  child.stdin.end(inputs.stdin ?? "");
  const kill = () => killGroup(child.pid);
  signal.addEventListener("abort", kill);
  process.once("exit", kill);
  if (signal.aborted) kill();
  const failure = await ended(child, inputs.dir, signal);
  signal.removeEventListener("abort", kill);
  process.removeListener("exit", kill);
  await Promise.all(logged);
  if (failure !== undefined) {
    throw new Error(`${failure}: running ${JSON.stringify(command)}:\n${Buffer.concat(both).toString()}`);
  }
  return { stdout: withoutNewline(stdout), stderr: withoutNewline(stderr) };
}

function previousOutput(inputs: CommandInputs, previous: CommandOutputs | undefined): Record<string, string> {
  if (inputs.addPreviousOutputInEnv === false || previous === undefined) return {};
  return {
    ...(previous.stdout === "" ? {} : { PULUMI_COMMAND_STDOUT: previous.stdout }),
    ...(previous.stderr === "" ? {} : { PULUMI_COMMAND_STDERR: previous.stderr }),
  };
}

function collect(stream: Readable, both: Buffer[]): Buffer[] {
  const own: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => {
    own.push(chunk);
    both.push(chunk);
  });
  return own;
}

async function logLines(stream: Readable, log: (line: string) => Promise<void>): Promise<void> {
  for await (const line of createInterface({ input: stream.pipe(new PassThrough()) })) await log(line);
}

/** What went wrong, in Go's words; undefined if nothing did. */
function ended(child: ChildProcess, dir: string | undefined, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      resolve(dir === undefined ? error.message : `${error.message} (in the directory ${dir}, which must exist)`);
    });
    child.once("close", (code, killed) => {
      if (signal.aborted) resolve("cancelled, or its custom timeout has passed");
      else if (code === 0) resolve(undefined);
      else resolve(code === null ? `signal: ${killed}` : `exit status ${code}`);
    });
  });
}

function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function withoutNewline(chunks: Buffer[]): string {
  return Buffer.concat(chunks).toString().replace(/\n$/, "");
}
