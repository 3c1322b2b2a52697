import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { LinkError, UsageError } from "@metrics-link/contract";
import { cacheDirectory } from "@metrics-link/release";
import { Pulumi } from "@metrics-link/sandbox/cli/pulumi.ts";
import { type Sandbox, sandboxOf } from "@metrics-link/sandbox/cli/sandbox.ts";
import { stackNames } from "@metrics-link/sandbox/cli/stack-files.ts";
import { layoutOf } from "@metrics-link/sandbox/model/layout.ts";
import { sideOf } from "@metrics-link/sandbox/world/accounts.ts";
import { deployerEnvironment } from "@metrics-link/sandbox/world/environment.ts";
import { parseDocument } from "yaml";

import { StackFile } from "./stack-file.ts";

export const repository = join(import.meta.dirname, "..", "..");

/** A stack that a command works on. */
export interface StackContext {
  readonly stack: string;
  /** The folder with Pulumi.yaml. */
  readonly project: string;
  readonly file: StackFile;
  /** Present when the stack is the sandbox's own: then both ends of the link are readable. */
  readonly sandbox: Sandbox | undefined;
  readonly pulumi: Pulumi;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Finds a stack: `stacks/Pulumi.<stack>.yaml` of the repository, or of a sandbox.
 * @param sandboxName another sandbox than the repository's own
 * @param checkout another checkout, whose stack files to use
 * @throws UsageError when there is no such file
 */
export function contextOf(stack: string, sandboxName?: string, checkout?: string): StackContext {
  const sandbox = sandboxName === undefined ? ownSandbox(stack) : namedSandbox(sandboxName);
  const project = checkout ?? sandbox?.project ?? repository;
  const path = join(project, "stacks", `Pulumi.${stack}.yaml`);
  // A part of a path would name a file somewhere else.
  if (!/^[\w.-]+$/.test(stack)) throw unknownStack(stack, path);
  if (!existsSync(path) && (sandboxName !== undefined || stackNames.some((name) => name === stack))) {
    throw new LinkError("SANDBOX_NOT_UP", {
      what: `${path} does not exist; the stacks ${stackNames.join(", ")} belong to ${sandboxName === undefined ? "the sandbox" : `the sandbox ${sandboxName}`}, which is not up`,
      next: "run `npm run -s sandbox -- up`, or name a stack of your own",
    });
  }
  if (!existsSync(path)) throw unknownStack(stack, path);
  refuseCopiedSecrets(path);
  const environment = sandbox ? { ...process.env, ...deployerEnvironment(sandbox.layout, sideOf(stack)) } : process.env;
  const logs = sandbox ? join(sandbox.layout.directory, "logs") : join(cacheDirectory(), "logs");
  mkdirSync(logs, { recursive: true });
  return {
    stack,
    project,
    file: new StackFile(path, checkout ?? repository),
    sandbox,
    environment,
    pulumi: new Pulumi(project, environment, logs),
  };
}

const unknownStack = (stack: string, path: string) =>
  new UsageError(`no stack is called ${stack}: there is no file ${path}`);

/** What Pulumi writes into a stack's file about the key of its secrets. */
const secretsKeys = ["encryptionsalt", "encryptedkey"] as const;

/**
 * Requires that a stack's file has a key of its own for its secrets. In a copy of another stack's file Pulumi only says that
 * a cipher could not authenticate a message.
 * @throws LinkError STACK_FILE_INVALID naming the file that it was copied from
 */
function refuseCopiedSecrets(path: string): void {
  const read = (file: string) => parseDocument(readFileSync(file, "utf8"));
  const own = read(path);
  const others = readdirSync(dirname(path)).filter(
    (name) => /^Pulumi\..+\.yaml$/.test(name) && name !== basename(path),
  );
  for (const name of others) {
    const other = read(join(dirname(path), name));
    const key = secretsKeys.find((one) => own.has(one) && own.get(one) === other.get(one));
    if (key === undefined) continue;
    throw new LinkError("STACK_FILE_INVALID", {
      what: `${path} is a copy of ${name}: it has the same ${key}, with which Pulumi decrypts secrets of that stack alone`,
      next:
        `remove ${key} and every \`secure:\` value from the copy, run \`pulumi stack init\` for its stack, and set each ` +
        "secret again with `pulumi config set --secret`",
    });
  }
}

/** The folder of a stack's artifacts. @throws LinkError when its root is not offline */
export function artifactFolder({ file, stack }: Pick<StackContext, "file" | "stack">): string {
  const { pki } = file.read();
  if (pki.root === "offline" && pki.artefacts !== undefined) return resolve(repository, pki.artefacts);
  throw new LinkError("CEREMONY_INVALID", {
    what: `metrics-link:pki.root of ${stack} is trial: its root is in its own state, and there is no ceremony`,
    next: "set pki.root to offline, and name a folder in pki.artefacts",
  });
}

function ownSandbox(stack: string): Sandbox | undefined {
  const path = join(repository, "stacks", `Pulumi.${stack}.yaml`);
  return existsSync(path) && readFileSync(path, "utf8").includes("Written by the sandbox")
    ? sandboxOf(repository)
    : undefined;
}

/** The stacks with hosts of a sandbox: its senders and its receiver. */
export function hostStacks(sandboxName?: string): readonly string[] {
  const { files } = sandboxName === undefined ? sandboxOf(repository) : namedSandbox(sandboxName);
  const joined = existsSync(files.path("receiver")) ? files.senders() : [];
  return [...new Set(["sender", ...joined, "receiver"])];
}

/** The sandbox of the tests keeps its stack files in a project of its own. */
function namedSandbox(name: string): Sandbox {
  const project = join(layoutOf(repository, name).directory, "project");
  return sandboxOf(repository, { name, ...(existsSync(project) ? { project } : {}) });
}
