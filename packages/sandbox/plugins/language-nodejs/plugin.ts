/** Runs a plugin that is written in JavaScript or TypeScript, a policy pack above all: the `RunPlugin` call. */
import type { Readable } from "node:stream";
import type * as grpc from "@grpc/grpc-js";
import messages from "@pulumi/pulumi/proto/language_pb.js";
import { ended, spawnNode } from "./child.ts";
import { locateModule } from "./modules.ts";
import { optionsEnvironment, parseOptions, type RuntimeOptions } from "./options.ts";
import { PolicyProxy, type StackConfiguration } from "./policy-proxy.ts";

type RunPluginRequest = InstanceType<typeof messages.RunPluginRequest>;
type RunPluginResponse = InstanceType<typeof messages.RunPluginResponse>;
type Stream = grpc.ServerWritableStream<RunPluginRequest, RunPluginResponse>;

/** Runs the plugin until it ends or the engine hangs up; its output goes into the stream. */
export async function runPlugin(stream: Stream, cancelled: AbortSignal): Promise<void> {
  const request = stream.request;
  if (request.getAttachDebugger()) throw new Error("this language host cannot attach a debugger");
  const hungUp = new AbortController();
  stream.on("cancelled", () => hungUp.abort());
  const signal = AbortSignal.any([cancelled, hungUp.signal]);
  await (request.getKind() === "analyzer" ? runPolicyPack(stream, signal) : runOther(stream, signal));
}

async function runOther(stream: Stream, signal: AbortSignal): Promise<void> {
  const request = stream.request;
  const directory = request.getInfo()?.getProgramDirectory() ?? "";
  const runner = locateModule("@pulumi/pulumi/cmd/run-plugin", directory);
  const child = start(request, [runner, directory, ...request.getArgsList()], request.getPwd(), {}, signal);
  child.stdout.on("data", (bytes: Buffer) => writeOut(stream, bytes));
  child.stderr.on("data", (bytes: Buffer) => writeError(stream, bytes));
  refuseFailure(await ended(child));
}

/** The pack runs in its own directory, as packs always have. */
async function runPolicyPack(stream: Stream, signal: AbortSignal): Promise<void> {
  const request = stream.request;
  const directory = request.getInfo()?.getProgramDirectory() ?? "";
  const proxy = new PolicyProxy();
  const hungUp = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  writeOut(stream, Buffer.from(`${await proxy.listen()}\n`));
  try {
    const configuration = await Promise.race([proxy.configuration, hungUp.then(() => undefined)]);
    if (signal.aborted) return;
    const runner = locateModule("@pulumi/pulumi/cmd/run-policy-pack", directory);
    const script = [runner, ...request.getArgsList(), directory];
    const child = start(request, script, directory, stackEnvironment(configuration), signal);
    child.stderr.on("data", (bytes: Buffer) => writeError(stream, bytes));
    readPort(
      child.stdout,
      (port) => proxy.attach(port).catch((error: Error) => proxy.fail(error)),
      (bytes) => writeOut(stream, bytes),
    );
    refuseFailure(await ended(child));
    throw new Error("it ended by itself; a policy pack serves until the engine hangs up");
  } catch (error) {
    if (signal.aborted) return;
    const reason = new Error(`the policy pack in ${directory} does not run: ${(error as Error).message}`);
    // The engine reads the reason in the answer to its next call, and then hangs up.
    proxy.fail(reason);
    await hungUp;
    throw reason;
  } finally {
    proxy.close();
  }
}

/** A plugin says its port in the first line of its output; the rest is for people. */
function readPort(stdout: Readable, onPort: (port: number) => void, onRest: (bytes: Buffer) => void): void {
  let line = "";
  stdout.on("data", (bytes: Buffer) => {
    if (line.endsWith("\n")) return onRest(bytes);
    const end = bytes.indexOf("\n") + 1;
    line += bytes.subarray(0, end || bytes.length).toString();
    if (end === 0) return;
    onPort(Number(line));
    if (end < bytes.length) onRest(bytes.subarray(end));
  });
}

/**
 * The official host puts `nodeargs` after the script of a plugin, where node does not see them. What would mean nothing
 * there must not work here.
 */
function refuseNodeArguments(options: RuntimeOptions): void {
  if (options.nodeargs.length === 0) return;
  throw new Error(
    "runtime option nodeargs has no effect on plugins and policy packs in Pulumi's own language host: leave it out. " +
      'For TypeScript, let index.js import the .ts file: Node 24 runs it ("main" of package.json, if it is not index.js)',
  );
}

function start(
  request: RunPluginRequest,
  script: readonly string[],
  cwd: string,
  env: Record<string, string>,
  signal: AbortSignal,
) {
  const options = parseOptions((request.getInfo()?.getOptions()?.toJavaScript() ?? {}) as Record<string, unknown>);
  refuseNodeArguments(options);
  const given = request.getEnvList().map((entry) => {
    const equals = entry.indexOf("=");
    return [entry.slice(0, equals), entry.slice(equals + 1)];
  });
  return spawnNode({
    arguments: script,
    cwd,
    env: { ...(given.length === 0 ? process.env : Object.fromEntries(given)), ...optionsEnvironment(options), ...env },
    signal,
  });
}

function stackEnvironment(configuration: StackConfiguration | undefined): Record<string, string> {
  if (configuration === undefined) return {};
  return {
    PULUMI_NODEJS_ORGANIZATION: configuration.getOrganization(),
    PULUMI_NODEJS_PROJECT: configuration.getProject(),
    PULUMI_NODEJS_STACK: configuration.getStack(),
    PULUMI_NODEJS_DRY_RUN: String(configuration.getDryRun()),
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(configuration.getConfigMap().getEntryList())),
  };
}

function writeOut(stream: Stream, bytes: Buffer): void {
  stream.write(new messages.RunPluginResponse().setStdout(bytes));
}

function writeError(stream: Stream, bytes: Buffer): void {
  stream.write(new messages.RunPluginResponse().setStderr(bytes));
}

function refuseFailure(exit: number | NodeJS.Signals): void {
  if (exit === 0) return;
  throw new Error(typeof exit === "number" ? `Program exited with non-zero exit code: ${exit}` : `ended by ${exit}`);
}
