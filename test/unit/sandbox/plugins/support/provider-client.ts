/** Calls a provider's gRPC handlers as the engine does, without a network between. */
import { Engine } from "@metrics-link/sandbox/plugins/rpc/engine.ts";
import type { ProviderDefinition } from "@metrics-link/sandbox/plugins/rpc/index.ts";
import { toStruct } from "@metrics-link/sandbox/plugins/rpc/responses.ts";
import { providerService } from "@metrics-link/sandbox/plugins/rpc/service.ts";
import type { WireStruct } from "@metrics-link/sandbox/plugins/rpc/values.ts";
import messages from "@pulumi/pulumi/proto/provider_pb.js";

/** What a failed call is rejected with: a gRPC status. */
export interface Status {
  readonly code: number;
  readonly details: string;
  readonly metadata?: { get(key: string): Buffer[] };
}

type Handler = (call: { request: unknown }, callback: (error: Status | null, response?: unknown) => void) => void;
type Message<T extends abstract new () => unknown> = InstanceType<T>;
type Struct = { toJavaScript(): object } | undefined;

export const SECRET = "4dabf18193072939515e22adb298388d";
export const UNKNOWN_ON_THE_WIRE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
export const secret = (value: WireStruct[string]) => ({ [SECRET]: "1b47061264138c4ac30d75fd1eb44270", value });

const plain = (struct: Struct) => struct?.toJavaScript() as WireStruct;

export class ProviderClient {
  readonly #handlers: Record<string, Handler>;

  constructor(definition: ProviderDefinition<never>) {
    this.#handlers = providerService(definition, new Engine()) as unknown as Record<string, Handler>;
  }

  call<Response>(method: string, request: unknown): Promise<Response> {
    return new Promise((resolve, reject) => {
      const handler = this.#handlers[method];
      if (handler === undefined) throw new Error(`${method} is not served`);
      handler({ request }, (error, response) => (error === null ? resolve(response as Response) : reject(error)));
    });
  }

  async configure(args: WireStruct = {}): Promise<void> {
    await this.call("configure", new messages.ConfigureRequest().setArgs(toStruct(args)));
  }

  async check(type: string, news: WireStruct, olds: WireStruct = {}, name = "name") {
    const request = identified(new messages.CheckRequest(), type, name).setNews(toStruct(news)).setOlds(toStruct(olds));
    const response = await this.call<Message<typeof messages.CheckResponse>>("check", request);
    return { inputs: plain(response.getInputs()), failures: response.getFailuresList().map((it) => it.toObject()) };
  }

  async diff(type: string, oldInputs: WireStruct, news: WireStruct, olds: WireStruct = oldInputs) {
    const request = identified(new messages.DiffRequest(), type)
      .setId("id")
      .setOldInputs(toStruct(oldInputs))
      .setOlds(toStruct(olds))
      .setNews(toStruct(news));
    const response = await this.call<Message<typeof messages.DiffResponse>>("diff", request);
    return {
      some: response.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME,
      diffs: response.getDiffsList(),
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
      detailed: Object.fromEntries(
        response
          .getDetaileddiffMap()
          .toArray()
          .map(([path]) => [path, response.getDetaileddiffMap().get(path)]),
      ),
    };
  }

  async create(type: string, properties: WireStruct, preview = false) {
    const request = identified(new messages.CreateRequest(), type)
      .setProperties(toStruct(properties))
      .setPreview(preview);
    const response = await this.call<Message<typeof messages.CreateResponse>>("create", request);
    return { id: response.getId(), state: plain(response.getProperties()) };
  }

  async update(type: string, oldInputs: WireStruct, olds: WireStruct, news: WireStruct, preview = false) {
    const request = identified(new messages.UpdateRequest(), type)
      .setId("id")
      .setOldInputs(toStruct(oldInputs))
      .setOlds(toStruct(olds))
      .setNews(toStruct(news))
      .setPreview(preview);
    const response = await this.call<Message<typeof messages.UpdateResponse>>("update", request);
    return plain(response.getProperties());
  }

  async read(type: string, inputs: WireStruct, properties: WireStruct, id = "id") {
    const request = identified(new messages.ReadRequest(), type)
      .setId(id)
      .setInputs(toStruct(inputs))
      .setProperties(toStruct(properties));
    const response = await this.call<Message<typeof messages.ReadResponse>>("read", request);
    return { id: response.getId(), inputs: plain(response.getInputs()), state: plain(response.getProperties()) };
  }

  async delete(type: string, oldInputs: WireStruct, properties: WireStruct): Promise<void> {
    const request = identified(new messages.DeleteRequest(), type)
      .setId("id")
      .setOldInputs(toStruct(oldInputs))
      .setProperties(toStruct(properties));
    await this.call("delete", request);
  }

  async invoke(token: string, args: WireStruct) {
    const request = new messages.InvokeRequest().setTok(token).setArgs(toStruct(args));
    const response = await this.call<Message<typeof messages.InvokeResponse>>("invoke", request);
    return { result: plain(response.getReturn()), failures: response.getFailuresList().map((it) => it.toObject()) };
  }
}

interface Identified {
  setUrn(urn: string): unknown;
  setName(name: string): unknown;
  setType(type: string): unknown;
}

function identified<T extends Identified>(request: T, type: string, name = "name"): T {
  request.setUrn(`urn:pulumi:dev::project::${type}::${name}`);
  request.setName(name);
  request.setType(type);
  return request;
}
