import { spawn } from "node:child_process";
import { parseJson, shortened } from "@metrics-link/contract";
import { z } from "zod";
import { findingItsWay, onlyNamed } from "./child-environment.ts";
import { limits, secretSignature, signatureKey, unreadable } from "./output-limits.ts";

/** The outputs of a stack, as plain data. */
type Outputs = Readonly<Record<string, unknown>>;

/** Reads the outputs of a peer's last successful update. Tests under mocks have their own. */
export type ReadPeer = (stack: string, names: readonly string[]) => Promise<Outputs>;

/**
 * Limit on the address space of the child, in KiB. A healthy one needs less than 1 GiB. One megabyte of a compressed state
 * unpacks to a gigabyte.
 */
const mostMemory = 2 * 1024 * 1024;

/** How many stacks are read at the same time, each within its own limits. */
const atOnce = 2;

/**
 * The variables that the child gets: those that find the backend and sign in to it. Not those of the running update, such
 * as the address of its engine, and no passphrase: nothing is decrypted.
 */
const forReading = onlyNamed([
  ...findingItsWay,
  "(AWS|AZURE|GOOGLE)_\\w+|PULUMI_(HOME|BACKEND_URL|ACCESS_TOKEN|CREDENTIALS_PATH)",
]);

/** Where Pulumi's command line runs. */
interface CommandLine {
  /** The folder with Pulumi.yaml, or one below it. Of an update, this process has it. */
  readonly project?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

/** What the command line shows in place of a secret (pulumi/pulumi pkg/resource/stack/secrets.go, BlindingCrypter). */
const hidden = "[secret]";

/**
 * Reads a peer's outputs with `pulumi stack output`: for an update before any resource is registered, and for every command
 * that looks at a peer. A peer writes its state, and the
 * engine would open the secrets provider that it names: a call with this side's credentials to any address, without a time
 * limit, which decrypts what this side's key can decrypt. The command opens no key, and the process that reads is limited
 * in time, memory and output (docs/decisions/0720).
 * @returns those of the named outputs that there are; none of a stack without resources
 * @throws LinkError STACK_OUTPUTS_UNREADABLE with the command's words, or for a secret in one of these outputs
 */
export async function readPeerOutputs(
  stack: string,
  names: readonly string[],
  commandLine: CommandLine = {},
): Promise<Outputs> {
  const text = await inTurn(() => printed(["stack", "output", "--json", "--stack", stack], commandLine));
  const outputs = parseJson(z.record(z.string(), z.unknown()), text, `What Pulumi prints of ${stack}`);
  const found = names.filter((name) => Object.hasOwn(outputs, name));
  for (const name of found) requirePlain(name, outputs[name], 0);
  return Object.fromEntries(found.map((name) => [name, outputs[name]]));
}

const turns: Promise<unknown>[] = Array.from({ length: atOnce }, () => Promise.resolve());
let next = 0;

/** Starts work when the one that has its turn before has ended. */
function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const turn = next++ % atOnce;
  const result = (turns[turn] ?? Promise.resolve()).then(work);
  turns[turn] = result.catch(() => undefined);
  return result;
}

/** What `pulumi WORDS` prints. */
function printed(
  words: readonly string[],
  { project = process.cwd(), environment = process.env }: CommandLine,
): Promise<string> {
  // Not every system can limit the address space: macOS refuses.
  const limited = `ulimit -v ${mostMemory} 2>/dev/null || :; exec pulumi "$@"`;
  const child = spawn("/bin/sh", ["-c", limited, "sh", ...words, "--non-interactive", "--color", "never"], {
    cwd: project,
    env: {
      ...forReading(environment),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      GOTRACEBACK: "none",
    },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // With a process group of its own, which ends as a whole.
  });
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  };
  process.once("exit", kill);
  return new Promise<string>((resolve, reject) => {
    const refuse = (what: string) => {
      reject(unreadable(what));
      kill();
    };
    const timer = setTimeout(() => refuse(`timed out after ${limits.ms / 1000} s`), limits.ms);
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let bytes = 0;
    for (const name of ["stdout", "stderr"] as const) {
      child[name].on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > limits.bytes) refuse(`its outputs have more than ${limits.bytes} bytes`);
        else output[name].push(chunk);
      });
    }
    const text = (name: keyof typeof output) => Buffer.concat(output[name]).toString("utf8");
    child.on("error", ({ message }) => refuse(`pulumi cannot be run: ${message}`));
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(text("stdout"));
      else refuse(wordsOf(text("stderr")) || `pulumi ended with ${signal ?? `code ${code}`}`);
    });
  }).finally(() => process.removeListener("exit", kill));
}

/** Why the command failed, from what it wrote. */
function wordsOf(stderr: string): string {
  if (/out of memory/.test(stderr)) return `its state takes more than ${mostMemory / 1024 / 1024} GiB of memory`;
  return shortened(stderr.trim().replace(/^error: /, ""), 1_000);
}

/** @throws LinkError for a value that is secret, in part or as a whole, or nests too deeply */
function requirePlain(name: string, value: unknown, depth: number): void {
  if (depth > limits.levels) throw unreadable(`its output ${name} nests deeper than ${limits.levels} levels`);
  if (isSecret(value)) throw unreadable(`its output ${name} holds a secret, and a peer has none to show`);
  if (typeof value !== "object" || value === null) return;
  for (const part of Object.values(value)) requirePlain(name, part, depth + 1);
}

/** Whether a value is hidden, or marked as a secret. */
const isSecret = (value: unknown): boolean =>
  value === hidden ||
  (typeof value === "object" &&
    value !== null &&
    Object.hasOwn(value, signatureKey) &&
    Reflect.get(value, signatureKey) === secretSignature);
