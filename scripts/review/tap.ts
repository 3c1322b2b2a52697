import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { type Asked, askedOf } from "@metrics-link/review";
import language from "@pulumi/pulumi/proto/language_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/language_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import monitor from "@pulumi/pulumi/proto/resource_grpc_pb.js";

/** The SDK's own limit (@pulumi/pulumi/runtime/settings): a release has megabytes. */
const limits = { "grpc.max_receive_message_length": 400 * 1024 * 1024, "grpc.max_send_message_length": -1 };

/** What all calls of a service have in common here. */
interface Message {
  toObject(): object;
}

/** The exit code by which @pulumi/pulumi says that it has shown the user what is wrong. */
const endedAfterMessage = 32;

/**
 * Stands between a program and the engine, and keeps what the program asks: every resource with all its properties and
 * options, every function. The engine's own events leave out most options and everything secret. What is kept holds
 * secrets in clear, so it stays in memory.
 */
export class Tap {
  readonly asked: Asked[] = [];
  readonly #environment: NodeJS.ProcessEnv;
  readonly #server = new grpc.Server(limits);
  #program: ChildProcess | undefined;

  /** @param environment what the program runs with */
  constructor(environment: NodeJS.ProcessEnv) {
    this.#environment = environment;
  }

  /** @returns the address of a language host, to be given to `pulumi --client` */
  open(): Promise<string> {
    this.#server.addService(language.LanguageRuntimeService, {
      getPluginInfo: unary(() => new plugin.PluginInfo()),
      // No list: the engine looks for a plugin when the first resource needs it.
      getRequiredPackages: unary(() => new messages.GetRequiredPackagesResponse()),
      run: unary((request: messages.RunRequest) => this.#run(request)),
    });
    return listen(this.#server);
  }

  close(): void {
    this.#program?.kill();
    this.#server.forceShutdown();
  }

  async #run(request: messages.RunRequest): Promise<messages.RunResponse> {
    const proxy = new grpc.Server(limits);
    const engine = new grpc.Client(request.getMonitorAddress(), grpc.credentials.createInsecure(), limits);
    try {
      proxy.addService(monitor.ResourceMonitorService, this.#between(engine));
      return await this.#runProgram(request, await listen(proxy));
    } finally {
      proxy.forceShutdown();
      engine.close();
    }
  }

  /** Every call of the service is kept and handed on as it came; all of them are unary. */
  #between(engine: grpc.Client): grpc.UntypedServiceImplementation {
    const definition: object = monitor.ResourceMonitorService;
    const service = Object.entries(definition as grpc.ServiceDefinition);
    return Object.fromEntries(
      service.map(([call, { path, requestSerialize, responseDeserialize }]) => {
        const handle: grpc.handleUnaryCall<Message, Message> = ({ request, metadata }, answer) => {
          this.asked.push(askedOf(call, request));
          engine.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, answer);
        };
        return [call, handle];
      }),
    );
  }

  /** As Pulumi's own language host does (sdk/nodejs/cmd/pulumi-language-nodejs/main.go), for a program without ts-node. */
  async #runProgram(request: messages.RunRequest, address: string): Promise<messages.RunResponse> {
    const info = request.getInfo();
    const directory = info?.getProgramDirectory() ?? request.getPwd();
    const runner = createRequire(join(directory, "package.json")).resolve("@pulumi/pulumi/cmd/run");
    const [engine = ""] = request.getArgsList();
    const flags = {
      monitor: address,
      engine,
      organization: request.getOrganization(),
      project: request.getProject(),
      "root-directory": info?.getRootDirectory() ?? "",
      stack: request.getStack(),
      pwd: directory,
      parallel: `${request.getParallel()}`,
    };
    const words = Object.entries(flags).flatMap(([name, value]) => (value === "" ? [] : [`--${name}`, value]));
    this.#program = spawn(process.execPath, [runner, ...words, "--dry-run", info?.getEntryPoint() || "."], {
      cwd: directory,
      env: {
        ...this.#environment,
        PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().getEntryList().map(oldForm))),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const code = await ended(this.#program);
    const response = new messages.RunResponse();
    if (code === 0) return response;
    return code === endedAfterMessage ? response.setBail(true) : response.setError(`the program ended with ${code}`);
  }
}

function ended(child: ChildProcess): Promise<number | null> {
  child.stderr?.resume();
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}

/** The SDK reads configuration keys in their old form, `namespace:config:name`. */
const oldForm = ([key, value]: readonly [string, string]): [string, string] => {
  const [namespace, ...name] = key.split(":");
  return [`${namespace}:config:${name.join(":")}`, value];
};

function listen(server: grpc.Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve(`127.0.0.1:${port}`);
    });
  });
}

function unary<Request, Response>(handle: (request: Request) => Response | Promise<Response>) {
  const called: grpc.handleUnaryCall<Request, Response> = async ({ request }, answer) => {
    try {
      answer(null, await handle(request));
    } catch (error) {
      answer({ code: grpc.status.UNKNOWN, details: (error as Error).message });
    }
  };
  return called;
}
