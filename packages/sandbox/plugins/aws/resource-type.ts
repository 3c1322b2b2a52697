/** An AWS resource type as the provider serves it: checks and diffs here, everything else in the world. */
import { resolve } from "node:path";
import type { AnyAwsResourceType } from "../../cloud/aws-resource-type.ts";
import {
  Asset,
  InitializationError,
  isObject,
  type Properties,
  type ResourceType,
  typesFor,
  UNKNOWN,
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
  const { type, inputs, outputs } = awsType;
  const taggable = "tags" in inputs;
  const definition: ResourceType<Account, Properties, Properties> = {
    inputs,
    outputs,
    ...(awsType.deleteBeforeReplace === undefined ? {} : { deleteBeforeReplace: awsType.deleteBeforeReplace }),
    complete: (program, { client }) =>
      taggable ? withDefaultTags(withSchemaErased(program), client.defaultTags) : program,
    check: (news) => awsType.check?.(news) ?? [],
    diff: ({ inputs: olds, news, changes }) => awsType.diff?.(olds, news, changes) ?? changes,
    preview: (news) => (taggable ? { tagsAll: news.tags ?? {} } : {}),

    async create(news, { client, name, signal }) {
      const made = (await client.ask("create", { type, name, inputs: toWire(news) }, signal)) as Outcome & {
        id: string;
      };
      if (made.unrealised === undefined) return made;
      throw new InitializationError([unrealised(made.unrealised)], made);
    },

    async read({ id }, { client, signal }) {
      const found = (await client.ask("read", { type, id }, signal)) as { inputs: Values; outputs: Values } | undefined;
      return found && { inputs: fromWire(found.inputs, inputs), outputs: found.outputs };
    },

    async delete({ id }, { client, signal }) {
      await client.ask("delete", { type, id }, signal);
    },
  };
  if (awsType.update === undefined) return resource(definition);
  return resource({
    ...definition,
    async update({ id, news }, { client, signal }) {
      const made = (await client.ask("update", { type, id, inputs: toWire(news) }, signal)) as Outcome;
      if (made.unrealised === undefined) return made.outputs;
      throw new InitializationError([unrealised(made.unrealised)], made);
    },
  });
}

function unrealised(reason: string): string {
  return `AWS accepted it, but the sandbox could not make it so: ${reason}`;
}

/**
 * The inputs with the provider's default tags under their own, as pulumi-aws merges them into `tags`
 * (pulumi/pulumi-aws provider/tags.go).
 */
function withDefaultTags(program: Values, defaults: Readonly<Record<string, string>>): Values {
  const { tags = {} } = program;
  if (tags === UNKNOWN || !isObject(tags) || Object.keys(defaults).length === 0) return program;
  return { ...program, tags: { ...defaults, ...tags } };
}

/** Inputs as JSON can carry them. Paths of assets are made absolute: the world runs in a directory of its own. */
function toWire(inputs: object): object {
  return Object.fromEntries(
    Object.entries(inputs as Values).map(([name, value]) => [
      name,
      value instanceof Asset && "path" in value.content
        ? new Asset(value.hash, { path: resolve(value.content.path) })
        : value,
    ]),
  );
}

/** Inputs as the cloud has them on record, with assets as such. */
function fromWire(inputs: Values, schema: Properties): Values {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, schema[name]?.kind.type === "asset" ? toAsset(value) : value]),
  );
}

function toAsset(value: Value): Asset {
  const { hash, content } = withSchemaErased<Asset>(value);
  return new Asset(hash, content);
}
