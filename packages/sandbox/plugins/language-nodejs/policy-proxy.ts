/**
 * A policy pack is told of its stack by environment variables that exist before it starts, but the engine only says them
 * in a call (`ConfigureStack`) to the pack that runs. So a stand-in answers first, and passes everything on when the
 * pack is there. (pulumi/pulumi sdk/policy_proxy.go)
 */
import * as grpc from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/analyzer_pb.js";
import { statusOf } from "../rpc/errors.ts";
import { unary } from "../rpc/server.ts";

export type StackConfiguration = InstanceType<typeof messages.AnalyzerStackConfigureRequest>;
type Definition = grpc.MethodDefinition<object, object>;

/** Serves the engine in place of a policy pack that is still to be started. */
export class PolicyProxy {
  readonly #server = new grpc.Server();
  readonly #configuration = deferred<StackConfiguration | undefined>();
  readonly #pack = deferred<grpc.Client>();

  constructor() {
    const forwarded = Object.entries(services.AnalyzerService).map(([name, method]) => [
      name,
      unary((request: object) => this.#forward(method as Definition, request), statusOf),
    ]);
    this.#server.addService(services.AnalyzerService, {
      ...Object.fromEntries(forwarded),
      handshake: unary(() => new messages.AnalyzerHandshakeResponse(), statusOf),
      configureStack: unary((request: StackConfiguration) => {
        this.#configuration.resolve(request);
        return new messages.AnalyzerStackConfigureResponse();
      }, statusOf),
    });
    // Nobody may be waiting for the pack when it fails to start: the one who started it reports that.
    this.#pack.promise.catch(() => undefined);
  }

  /** The port on which the engine finds the proxy. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
  }

  /** What the engine says of the stack; undefined if it begins with something else (`pulumi policy publish`). */
  get configuration(): Promise<StackConfiguration | undefined> {
    return this.#configuration.promise;
  }

  /** Passes calls on to the pack that listens on this port from now on. */
  async attach(port: number): Promise<void> {
    const pack = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    const configuration = await this.configuration;
    if (configuration !== undefined) {
      const method: object = services.AnalyzerService.configureStack;
      await call(pack, method as Definition, configuration).catch((error: grpc.ServiceError) => {
        // Packs of older SDKs do not have the call; the environment told them what it says.
        if (error.code !== grpc.status.UNIMPLEMENTED) throw error;
      });
    }
    this.#pack.resolve(pack);
  }

  /** Calls that wait for the pack, and those to come, fail with this reason. */
  fail(reason: Error): void {
    this.#configuration.resolve(undefined);
    this.#pack.reject(reason);
    // A pack that was attached and then ended: its own connection fails all calls.
    this.#pack.promise.then((pack) => pack.close()).catch(() => undefined);
  }

  close(): void {
    this.fail(new Error("the policy pack has been stopped"));
    this.#server.forceShutdown();
  }

  async #forward(method: Definition, request: object): Promise<object> {
    this.#configuration.resolve(undefined);
    return call(await this.#pack.promise, method, request);
  }
}

/** A promise to be settled from outside. */
function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (reason: Error) => void = () => undefined;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

function call(client: grpc.Client, method: Definition, request: object): Promise<object> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      (error, response) => (error === null && response !== undefined ? resolve(response) : reject(error)),
    );
  });
}
