/** The gRPC service `LanguageRuntime` (pulumi/pulumi proto/pulumi/language.proto). */
import { spawn } from "node:child_process";
import { dirname } from "node:path";
import * as grpc from "@grpc/grpc-js";
import messages from "@pulumi/pulumi/proto/language_pb.js";
import pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import emptyMessages from "google-protobuf/google/protobuf/empty_pb.js";
import { RpcError, statusOf } from "../rpc/errors.ts";
import { unary } from "../rpc/server.ts";
import { ended } from "./child.ts";
import { directDependencies, nearest } from "./modules.ts";
import { type PackageManager, parseOptions } from "./options.ts";
import { runPlugin } from "./plugin.ts";
import { runProgram } from "./program.ts";

type Info = InstanceType<typeof messages.ProgramInfo>;
type InstallStream = grpc.ServerWritableStream<
  messages.InstallDependenciesRequest,
  messages.InstallDependenciesResponse
>;

const LOCK_FILES: Readonly<Record<string, PackageManager>> = {
  "pnpm-lock.yaml": "pnpm",
  "yarn.lock": "yarn",
  "bun.lock": "bun",
  "package-lock.json": "npm",
};

/**
 * The handlers of the service. gRPC answers UNIMPLEMENTED to what is not here (code generation, packing, linking).
 *
 * @param version of Pulumi that is stood in for
 * @param address of the engine, if it is known before the handshake
 */
export function languageService(version: string, address: string | undefined): grpc.UntypedServiceImplementation {
  const cancelled = new AbortController();
  let engine = address;

  return {
    handshake: unary((request: messages.LanguageHandshakeRequest) => {
      engine = request.getEngineAddress();
      return new messages.LanguageHandshakeResponse();
    }, statusOf),
    getPluginInfo: unary(() => new pluginMessages.PluginInfo().setVersion(version), statusOf),
    // No list: the engine then asks for a plugin when the first resource needs it, and finds it on PATH. A list would
    // make it download the official one of each package first.
    getRequiredPackages: unary(() => new messages.GetRequiredPackagesResponse(), statusOf),
    run: unary((request: messages.RunRequest) => {
      if (engine === undefined) throw new RpcError(grpc.status.FAILED_PRECONDITION, "Run came before Handshake");
      return runProgram(request, engine, cancelled.signal);
    }, statusOf),
    runPlugin: streaming((stream) => runPlugin(stream, cancelled.signal)),
    installDependencies: streaming(installDependencies),
    about: unary((request: messages.AboutRequest) => about(request.getInfo()), statusOf),
    getProgramDependencies: unary(getProgramDependencies, statusOf),
    runtimeOptionsPrompts: unary(() => new messages.RuntimeOptionsResponse(), statusOf),
    template: unary(() => new messages.TemplateResponse(), statusOf),
    cancel: unary(() => {
      cancelled.abort();
      return new emptyMessages.Empty();
    }, statusOf),
  };
}

function streaming<Request, Response>(
  handle: (stream: grpc.ServerWritableStream<Request, Response>) => Promise<void>,
): grpc.handleServerStreamingCall<Request, Response> {
  return (stream) => {
    handle(stream).then(
      () => stream.end(),
      (error: unknown) => stream.emit("error", statusOf(error)),
    );
  };
}

function packageManager(info: Info | undefined): PackageManager {
  const options = parseOptions((info?.getOptions()?.toJavaScript() ?? {}) as Record<string, unknown>);
  if (options.packagemanager !== "auto") return options.packagemanager;
  const directory = info?.getProgramDirectory() ?? ".";
  const found = Object.keys(LOCK_FILES).find((file) => nearest(file, directory) !== undefined);
  return found === undefined ? "npm" : (LOCK_FILES[found] ?? "npm");
}

async function installDependencies(stream: InstallStream): Promise<void> {
  const info = stream.request.getInfo();
  const manager = packageManager(info);
  const directory = info?.getProgramDirectory() ?? ".";
  const lock = Object.keys(LOCK_FILES).find((file) => LOCK_FILES[file] === manager) ?? "package.json";
  const root = dirname(nearest(lock, directory) ?? `${directory}/package.json`);
  const child = spawn(manager, ["install"], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const write = (response: messages.InstallDependenciesResponse) => stream.write(response);
  child.stdout.on("data", (bytes: Buffer) => write(new messages.InstallDependenciesResponse().setStdout(bytes)));
  child.stderr.on("data", (bytes: Buffer) => write(new messages.InstallDependenciesResponse().setStderr(bytes)));
  const exit = await ended(child);
  if (exit !== 0) throw new Error(`${manager} install in ${root} failed (${exit}); its output says why`);
}

function about(info: Info | undefined): messages.AboutResponse {
  const response = new messages.AboutResponse().setExecutable(process.execPath).setVersion(process.version);
  response.getMetadataMap().set("packagemanager", packageManager(info));
  response.getMetadataMap().set("languageHost", "stand-in of the sandbox");
  return response;
}

function getProgramDependencies(
  request: messages.GetProgramDependenciesRequest,
): messages.GetProgramDependenciesResponse {
  if (request.getTransitivedependencies()) {
    throw new RpcError(grpc.status.UNIMPLEMENTED, "this language host lists direct dependencies only; use `pnpm list`");
  }
  const found = directDependencies(request.getInfo()?.getProgramDirectory() ?? ".");
  const dependencies = found.map(({ name, version }) =>
    new messages.DependencyInfo().setName(name).setVersion(version),
  );
  return new messages.GetProgramDependenciesResponse().setDependenciesList(dependencies);
}
