/** Tags, which most resource types have. */
import type { ResourceType, TagSpecification } from "@aws-sdk/client-ec2";
import { map, string } from "../plugins/rpc/schema.ts";

/** https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html, "Tag naming limits". */
const MAX_TAGS = 50;
const MAX_KEY = 128;
const MAX_VALUE = 256;

export type Tags = Record<string, string>;

/** What is wrong with tags, or undefined. */
function tagsFault(tags: Tags): string | undefined {
  const names = Object.keys(tags);
  if (names.length > MAX_TAGS) return `has ${names.length} tags; at most ${MAX_TAGS} are allowed`;
  for (const [name, value] of Object.entries(tags)) {
    if (name.length === 0 || name.length > MAX_KEY) return `the tag key "${name}" must have 1 to ${MAX_KEY} characters`;
    if (value.length > MAX_VALUE) return `the value of tag "${name}" has more than ${MAX_VALUE} characters`;
    if (/^aws:/i.test(name)) return `the tag key "${name}" begins with "aws:", which is reserved`;
    if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(name + value)) {
      return `tag "${name}" may only have letters, digits, spaces and _ . : / = + - @`;
    }
  }
  return undefined;
}

/** The input and the output of a taggable resource type. To the cloud, the input is with the provider's default tags. */
export const tagInput = { tags: map(string(), { validate: tagsFault }) };
export const tagOutput = { tagsAll: map(string(), { changesOnUpdate: true, required: true }) };

/** As the SDK wants them. */
export function tagList(tags: Tags = {}): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** The tags of an EC2 resource at its creation. EC2 refuses a specification without tags. */
export function tagSpecifications(type: ResourceType, tags: Tags = {}): TagSpecification[] {
  return Object.keys(tags).length === 0 ? [] : [{ ResourceType: type, Tags: tagList(tags) }];
}

/** As the SDK gives them. */
export function tagMap(list: readonly { Key?: string | undefined; Value?: string | undefined }[] = []): Tags {
  return Object.fromEntries(list.map(({ Key = "", Value = "" }) => [Key, Value]));
}

/** What to set and which keys to remove, to come from one set of tags to another. */
export function tagChanges(olds: Tags = {}, news: Tags = {}): { set: Tags; remove: string[] } {
  return {
    set: Object.fromEntries(Object.entries(news).filter(([name, value]) => olds[name] !== value)),
    remove: Object.keys(olds).filter((name) => !(name in news)),
  };
}
