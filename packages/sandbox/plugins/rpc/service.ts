/** The gRPC service `ResourceProvider` (pulumi/pulumi proto/pulumi/provider.proto) over a provider definition. */
import * as grpc from "@grpc/grpc-js";
import pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import emptyMessages from "google-protobuf/google/protobuf/empty_pb.js";
import { checkValues, fillDefaults, schemaSecrets } from "./check.ts";
import { checkConfiguration, parseConfiguration } from "./configuration.ts";
import { diffValues } from "./diff.ts";
import { schemaDocument } from "./document.ts";
import type { Engine } from "./engine.ts";
import { RpcError, statusOf } from "./errors.ts";
import * as lifecycle from "./lifecycle.ts";
import type { Context, ProviderDefinition } from "./provider.ts";
import { checkResponse, diffResponse, failureMessage, lookUp, opened, toStruct } from "./responses.ts";
import type { Known, Properties } from "./schema.ts";
import { unary } from "./server.ts";
import { close, type Values } from "./values.ts";

/** What the requests that concern one resource have in common. */
interface ResourceRequest {
  getUrn(): string;
  getName(): string;
  getType(): string;
  getTimeout?(): number;
}

/** The handlers of the service. gRPC answers UNIMPLEMENTED to what is not here. */
export function providerService<Client>(
  definition: ProviderDefinition<Client>,
  engine: Engine,
): grpc.UntypedServiceImplementation {
  const cancelled = new AbortController();
  let configured: { client: Client } | undefined;

  function client(): Client {
    if (configured !== undefined) return configured.client;
    throw new RpcError(grpc.status.FAILED_PRECONDITION, `${definition.name}: used before it was configured`);
  }

  function contextOf(request: ResourceRequest): Context<Client> {
    const seconds = request.getTimeout?.() ?? 0;
    const timeout = seconds > 0 ? [AbortSignal.timeout(seconds * 1000)] : [];
    return {
      get client() {
        return client();
      },
      urn: request.getUrn(),
      name: request.getName(),
      type: request.getType(),
      signal: AbortSignal.any([cancelled.signal, ...timeout]),
      log: (severity, message, options) => engine.log(severity, request.getUrn(), message, options?.ephemeral),
    };
  }

  /** A handler of requests for one resource. */
  function operation<Request extends ResourceRequest, Response>(
    handle: (operation: lifecycle.Operation<Client>, request: Request) => Promise<Response>,
  ) {
    return unary<Request, Response>((request) => {
      const token = request.getType();
      const type = lookUp(definition.resources, token, `${definition.name}: the resource type`);
      return handle({ token, type, context: contextOf(request), built: definition.built }, request);
    }, statusOf);
  }

  function handshake(request: messages.ProviderHandshakeRequest) {
    engine.connect(request.getEngineAddress());
    return new messages.ProviderHandshakeResponse()
      .setAcceptSecrets(true)
      .setAcceptResources(true)
      .setAcceptOutputs(true);
  }

  function attach(request: pluginMessages.PluginAttach) {
    engine.connect(request.getAddress());
    return new emptyMessages.Empty();
  }

  function getSchema(request: messages.GetSchemaRequest) {
    if (request.getVersion() !== 0) throw new RpcError(grpc.status.INVALID_ARGUMENT, "only schema version 0 is served");
    return new messages.GetSchemaResponse().setSchema(JSON.stringify(schemaDocument(definition)));
  }

  function checkConfig(request: messages.CheckRequest) {
    const { values, secrets } = opened(request.getNews());
    return checkResponse(close(values, secrets), checkConfiguration(values, definition.config, definition.name));
  }

  function diffConfig(request: messages.DiffRequest) {
    const olds = parseConfiguration(opened(request.getOldInputs() ?? request.getOlds()).values, definition.config);
    const news = parseConfiguration(opened(request.getNews()).values, definition.config);
    return diffResponse(diffValues(olds, news, definition.config), {
      deleteBeforeReplace: false,
      built: definition.built,
    });
  }

  async function configure(request: messages.ConfigureRequest) {
    const variables = opened(request.getArgs()).values;
    const failures = checkConfiguration(variables, definition.config, definition.name);
    if (failures.length > 0) {
      const reasons = failures.map(({ property, reason }) => `${property}: ${reason}`);
      throw new RpcError(grpc.status.INVALID_ARGUMENT, `provider ${definition.name}: ${reasons.join("; ")}`);
    }
    const parsed = parseConfiguration(variables, definition.config);
    configured = { client: await definition.configure(parsed as Known<Properties>) };
    return new messages.ConfigureResponse()
      .setAcceptsecrets(true)
      .setSupportspreview(true)
      .setAcceptresources(true)
      .setAcceptoutputs(true);
  }

  async function invoke(request: messages.InvokeRequest) {
    const token = request.getTok();
    const called = lookUp(definition.invokes ?? {}, token, `${definition.name}: the function`);
    const args = fillDefaults(opened(request.getArgs()).values, called.inputs);
    const failures = checkValues(args, called.inputs, token);
    const response = new messages.InvokeResponse().setFailuresList(failures.map(failureMessage));
    if (failures.length > 0) return response;
    const context = { client: client(), signal: cancelled.signal };
    const result = (await called.invoke(args as Known<Properties>, context)) as Values;
    return response.setReturn(toStruct(close(result, schemaSecrets(result, called.outputs))));
  }

  function cancel() {
    cancelled.abort(new Error("Pulumi cancelled the operation"));
    return new emptyMessages.Empty();
  }

  return {
    handshake: unary(handshake, statusOf),
    attach: unary(attach, statusOf),
    getPluginInfo: unary(() => new pluginMessages.PluginInfo().setVersion(definition.version), statusOf),
    getSchema: unary(getSchema, statusOf),
    checkConfig: unary(checkConfig, statusOf),
    diffConfig: unary(diffConfig, statusOf),
    configure: unary(configure, statusOf),
    check: operation(lifecycle.check),
    diff: operation(lifecycle.diff),
    create: operation(lifecycle.create),
    read: operation(lifecycle.read),
    update: operation(lifecycle.update),
    delete: operation(lifecycle.remove),
    invoke: unary(invoke, statusOf),
    cancel: unary(cancel, statusOf),
  };
}
