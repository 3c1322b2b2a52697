import type { Scope } from "../aws-resource-type.ts";
import { type Tags, tagChanges, tagList } from "../tags.ts";

/** Makes the tags of a role or an instance profile in the AWS API those of `news`. */
export async function retag(
  { aws: { iam } }: Scope,
  kind: "Role" | "InstanceProfile",
  name: string,
  olds: Tags | undefined,
  news: Tags | undefined,
): Promise<void> {
  const { set, remove } = tagChanges(olds, news);
  const [Tags, TagKeys] = [tagList(set), remove];
  if (kind === "Role") {
    if (TagKeys.length > 0) await iam.untagRole({ RoleName: name, TagKeys });
    if (Tags.length > 0) await iam.tagRole({ RoleName: name, Tags });
  } else {
    if (TagKeys.length > 0) await iam.untagInstanceProfile({ InstanceProfileName: name, TagKeys });
    if (Tags.length > 0) await iam.tagInstanceProfile({ InstanceProfileName: name, Tags });
  }
}
