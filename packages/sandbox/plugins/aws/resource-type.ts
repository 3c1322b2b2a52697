/** An AWS resource type as the provider serves it: checks and diffs here, everything else in the world. */
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { AnyAwsResourceType } from "../../cloud/aws-resource-type.ts";
import { REGION } from "../../cloud/catalogue.ts";
import {
  Asset,
  type Changes,
  type Context,
  InitializationError,
  isObject,
  map,
  type Properties,
  type ResourceType,
  string,
  typesFor,
  type Value,
  type Values,
} from "../rpc/index.ts";
import { withSchemaErased } from "../rpc/schema.ts";
import type { Account } from "./account.ts";

const { resource } = typesFor<Account>();

interface Outcome {
  readonly outputs: Values;
  readonly unrealised?: string;
}

/** What the provider serves for a resource type of the cloud. */
export function resourceType(awsType: AnyAwsResourceType): ReturnType<typeof resource> {
  const { type, outputs } = awsType;
  const inputs = inputsOf(awsType);
  const sent = (news: object, { client }: Pick<Context<Account>, "client">) => toCloud(awsType, news as Values, client);
  const definition: ResourceType<Account, Properties, Properties> = {
    inputs,
    outputs,
    ...(awsType.deleteBeforeReplace === undefined ? {} : { deleteBeforeReplace: awsType.deleteBeforeReplace }),
    complete: (program, { client }) => completed(inputs, withSchemaErased(program), client),
    check: (news) => awsType.check?.(news) ?? [],
    diff: ({ inputs: olds, state, news, changes }, { client }) =>
      withTagsOfFramework(awsType, state.tagsAll, news, client, awsType.diff?.(olds, news, changes) ?? changes),
    preview: (news, _existing, { client }) => (taggable(awsType) ? { tagsAll: allTags(news, client) } : {}),

    async create(news, context) {
      const { client, name, signal } = context;
      const made = (await client.ask("create", { type, name, inputs: sent(news, context) }, signal)) as Outcome & {
        id: string;
      };
      if (made.unrealised === undefined) return made;
      throw new InitializationError([unrealised(made.unrealised)], made);
    },

    async read({ id, inputs: recorded }, { client, signal }) {
      const found = (await client.ask("read", { type, id }, signal)) as { inputs: Values; outputs: Values } | undefined;
      return (
        found && { inputs: fromCloud(inputs, found.inputs, withSchemaErased(recorded), client), outputs: found.outputs }
      );
    },

    async delete({ id }, { client, signal }) {
      await client.ask("delete", { type, id }, signal);
    },
  };
  if (awsType.update === undefined) return resource(definition);
  return resource({
    ...definition,
    async update({ id, news }, context) {
      const made = (await context.client.ask(
        "update",
        { type, id, inputs: sent(news, context) },
        context.signal,
      )) as Outcome;
      if (made.unrealised === undefined) return made.outputs;
      throw new InitializationError([unrealised(made.unrealised)], made);
    },
  });
}

function unrealised(reason: string): string {
  return `AWS accepted it, but the sandbox could not make it so: ${reason}`;
}

const taggable = ({ inputs }: AnyAwsResourceType) => "tags" in inputs;

/**
 * The inputs as programs and policies see them: the cloud's, with `region` (of every type but IAM's, since pulumi-aws 7) and
 * with `tagsAll`.
 */
function inputsOf(awsType: AnyAwsResourceType): Properties {
  const { type, inputs, onPluginFramework } = awsType;
  return {
    ...inputs,
    ...(taggable(awsType) && !onPluginFramework ? { tagsAll: map(string()) } : {}),
    ...(type.startsWith("aws:iam/") ? {} : { region: string({ oneOf: [REGION], replaceOnChange: true }) }),
  };
}

/**
 * The inputs with what follows from the provider's arguments. Default tags are in `tagsAll`; `tags` stays as the program
 * gave it (pulumi-aws 7, provider/tags.go).
 */
function completed(schema: Properties, program: Values, client: Account): Values {
  return {
    ...program,
    ...("tagsAll" in schema ? { tagsAll: allTags(program, client) } : {}),
    ...("region" in schema ? { region: program.region ?? client.region } : {}),
  };
}

/** The resource's own tags over the provider's default ones: all that it has in AWS. */
function allTags({ tags = {} }: { readonly tags?: Value }, { defaultTags }: Account): Value {
  return isObject(tags) ? { ...defaultTags, ...tags } : tags;
}

/** Of a type without `tagsAll` among its inputs, other default tags are a change of an output. */
function withTagsOfFramework(
  awsType: AnyAwsResourceType,
  onRecord: unknown,
  news: { readonly tags?: Value },
  client: Account,
  changes: Changes,
): Changes {
  const tags = allTags(news, client);
  if (!awsType.onPluginFramework || !taggable(awsType) || isDeepStrictEqual(onRecord, tags)) return changes;
  return new Map([...changes, ["tagsAll", { kind: "update", replace: false, input: false }]]);
}

/**
 * Inputs as the cloud takes them, with all tags under `tags`, and as JSON can carry them. Paths of assets are made
 * absolute: the world runs in a directory of its own.
 */
function toCloud(awsType: AnyAwsResourceType, news: Values, client: Account): Values {
  const { region: _region, tagsAll: _all, tags: _tags, ...rest } = news;
  const tags = taggable(awsType) ? (allTags(news, client) as Values) : {};
  const wired = Object.entries(rest).map(([name, value]) => [
    name,
    value instanceof Asset && "path" in value.content
      ? new Asset(value.hash, { path: resolve(value.content.path) })
      : value,
  ]);
  return { ...Object.fromEntries(wired), ...(Object.keys(tags).length === 0 ? {} : { tags }) };
}

/**
 * Inputs as the cloud has them on record, with assets as such. A tag that is a default one is the program's own only if the
 * program gives it.
 */
function fromCloud(schema: Properties, found: Values, recorded: Values, client: Account): Values {
  const { tags = {} } = found;
  const given = isObject(recorded.tags) ? recorded.tags : {};
  const own = Object.entries(tags as Values).filter(
    ([name, value]) => name in given || client.defaultTags[name] !== value,
  );
  const inputs = Object.entries(found).map(([name, value]) => [
    name,
    schema[name]?.kind.type === "asset" ? toAsset(value) : value,
  ]);
  return {
    ...Object.fromEntries(inputs),
    ...("tags" in schema ? { tags: Object.fromEntries(own) } : {}),
    ...("tagsAll" in schema ? { tagsAll: tags } : {}),
    ...("region" in schema ? { region: client.region } : {}),
  };
}

function toAsset(value: Value): Asset {
  const { hash, content } = withSchemaErased<Asset>(value);
  return new Asset(hash, content);
}
