import type { Scope } from "../aws-resource-type.ts";
import { type Tags, tagChanges, tagList } from "../tags.ts";

/** Makes the tags of an EC2 resource in the AWS API those of `news`. */
export async function retag(scope: Scope, id: string, olds: Tags | undefined, news: Tags | undefined): Promise<void> {
  const { set, remove } = tagChanges(olds, news);
  if (remove.length > 0) await scope.aws.ec2.deleteTags({ Resources: [id], Tags: remove.map((Key) => ({ Key })) });
  if (Object.keys(set).length > 0) await scope.aws.ec2.createTags({ Resources: [id], Tags: tagList(set) });
}
