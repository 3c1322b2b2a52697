/** The six operations on one resource: from request to handler to response. */
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import emptyMessages from "google-protobuf/google/protobuf/empty_pb.js";
import { schemaSecrets } from "./check.ts";
import { InitializationError, initializationFailed } from "./errors.ts";
import {
  checkInputs,
  diffInputs,
  effective,
  previewState,
  stateOf,
  trackedInputs,
  withoutInternals,
} from "./operations.ts";
import type { AnyResourceType, Built, Context } from "./provider.ts";
import { checkResponse, diffResponse, opened, toStruct } from "./responses.ts";
import type { Known, Previewed, Properties } from "./schema.ts";
import { close, mergeSecrets, type SecretTree, type Values, type WireStruct } from "./values.ts";

/** A resource type with its token, and what the handlers are told. */
export interface Operation<Client> {
  readonly token: string;
  readonly type: AnyResourceType<Client>;
  readonly context: Context<Client>;
  readonly built: Built;
}

type Message<T extends abstract new (...args: never) => unknown> = InstanceType<T>;

// Values that have passed the schema's check are what the handlers' types say they are.
const known = (values: Values) => values as Known<Properties>;
const previewed = (values: Values) => values as Previewed<Properties>;

export async function check<Client>(
  { type, token, context, built }: Operation<Client>,
  request: Message<typeof messages.CheckRequest>,
): Promise<Message<typeof messages.CheckResponse>> {
  const news = opened(request.getNews());
  const program = withoutInternals(news.values);
  const { inputs, failures } = checkInputs(
    type.inputs,
    token,
    {
      name: request.getName(),
      olds: opened(request.getOlds()).values,
      news: (type.complete?.(previewed(program), context) ?? program) as Values,
      seed: request.getRandomseed_asU8(),
    },
    built !== "native",
  );
  if (failures.length === 0 && type.check) {
    failures.push(...(await type.check(previewed(effective(inputs, type.inputs)), context)));
  }
  return checkResponse(close(inputs, mergeSecrets(news.secrets, schemaSecrets(inputs, type.inputs))), failures);
}

export async function diff<Client>(
  { type, context, built }: Operation<Client>,
  request: Message<typeof messages.DiffRequest>,
): Promise<Message<typeof messages.DiffResponse>> {
  const olds = effective(opened(request.getOldInputs()).values, type.inputs);
  const news = effective(opened(request.getNews()).values, type.inputs);
  const state = opened(request.getOlds()).values;
  const changes = diffInputs(type, olds, news);
  const proposed = { id: request.getId(), inputs: known(olds), state: known(state), news: previewed(news), changes };
  const all = type.diff ? await type.diff(proposed, context) : changes;
  return diffResponse(all, { deleteBeforeReplace: type.deleteBeforeReplace === true, built });
}

export async function create<Client>(
  { type, token, context }: Operation<Client>,
  request: Message<typeof messages.CreateRequest>,
): Promise<Message<typeof messages.CreateResponse>> {
  const { values, secrets } = opened(request.getProperties());
  const inputs = effective(values, type.inputs);
  const response = new messages.CreateResponse();
  if (request.getPreview()) {
    const sure = type.preview?.(previewed(inputs), undefined, context) ?? {};
    return response.setProperties(toStruct(closeState(type, previewState(type, inputs, sure as Values, {}), secrets)));
  }
  const closed = (outputs: object) => closeState(type, stateOf(type, inputs, outputs as Values, token), secrets);
  try {
    const { id, outputs } = await type.create(known(inputs), context);
    if (id === "") throw new Error(`${token}: create returned an empty id`);
    return response.setId(id).setProperties(toStruct(closed(outputs)));
  } catch (error) {
    if (!(error instanceof InitializationError)) throw error;
    if (error.id === undefined) throw new Error(`${error.message} (${token}: create did not say what id it created)`);
    throw initializationFailed(error.reasons, error.id, closed(error.outputs));
  }
}

export async function update<Client>(
  { type, token, context }: Operation<Client>,
  request: Message<typeof messages.UpdateRequest>,
): Promise<Message<typeof messages.UpdateResponse>> {
  const { values, secrets } = opened(request.getNews());
  const news = effective(values, type.inputs);
  const olds = effective(opened(request.getOldInputs()).values, type.inputs);
  const state = opened(request.getOlds()).values;
  const existing = { id: request.getId(), inputs: known(olds), state: known(state) };
  const response = new messages.UpdateResponse();
  if (request.getPreview()) {
    const changes = diffInputs(type, olds, news);
    const sure = type.preview?.(previewed(news), { ...existing, news: previewed(news), changes }, context) ?? {};
    return response.setProperties(toStruct(closeState(type, previewState(type, news, sure as Values, state), secrets)));
  }
  if (type.update === undefined) throw new Error(`${token}: has no update, so every change should have replaced it`);
  const closed = (outputs: object) => closeState(type, stateOf(type, news, outputs as Values, token), secrets);
  try {
    return response.setProperties(toStruct(closed(await type.update({ ...existing, news: known(news) }, context))));
  } catch (error) {
    if (!(error instanceof InitializationError)) throw error;
    throw initializationFailed(error.reasons, request.getId(), closed(error.outputs));
  }
}

/** A response without an id says that the resource is gone. */
export async function read<Client>(
  { type, token, context }: Operation<Client>,
  request: Message<typeof messages.ReadRequest>,
): Promise<Message<typeof messages.ReadResponse>> {
  const response = new messages.ReadResponse();
  if (type.read === undefined) {
    return response.setId(request.getId()).setProperties(request.getProperties()).setInputs(request.getInputs());
  }
  const recorded = opened(request.getInputs());
  const state = opened(request.getProperties());
  // An import has no inputs, and nothing is assumed of what is not known.
  const isImport = Object.keys(recorded.values).length === 0;
  const inputsOnRecord = isImport ? {} : effective(recorded.values, type.inputs);
  const existing = { id: request.getId(), inputs: inputsOnRecord, state: state.values };
  const found = await type.read(existing, context);
  if (found === undefined) return response;
  const inputs =
    found.inputs === undefined ? recorded.values : trackedInputs(type, recorded.values, found.inputs as Values);
  const secrets = mergeSecrets(recorded.secrets, schemaSecrets(inputs, type.inputs));
  const now = stateOf(type, inputs, found.outputs as Values, token);
  return response
    .setId(found.id ?? request.getId())
    .setInputs(toStruct(close(inputs, secrets)))
    .setProperties(toStruct(closeState(type, now, secrets, state.secrets)));
}

export async function remove<Client>(
  { type, context }: Operation<Client>,
  request: Message<typeof messages.DeleteRequest>,
): Promise<emptyMessages.Empty> {
  const inputs = known(effective(opened(request.getOldInputs()).values, type.inputs));
  const state = known(opened(request.getProperties()).values);
  await type.delete?.({ id: request.getId(), inputs, state }, context);
  return new emptyMessages.Empty();
}

/** State for the wire: what is secret by schema or was so in the inputs is secret in it. */
function closeState<Client>(
  type: AnyResourceType<Client>,
  state: Values,
  inputs: SecretTree | undefined,
  recorded?: SecretTree,
): WireStruct {
  const bySchema = [schemaSecrets(state, type.inputs), schemaSecrets(state, type.outputs)];
  return close(state, mergeSecrets(inputs, recorded, ...bySchema));
}
