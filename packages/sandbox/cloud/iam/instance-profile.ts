import { string } from "../../plugins/rpc/schema.ts";
import { hasCode } from "../aws-error.ts";
import { atomically, awsResourceType, type Scope } from "../aws-resource-type.ts";
import { tagInput, tagList, tagOutput } from "../tags.ts";
import { retag } from "./retag.ts";
import { nameFault, pathFault, role as roleType } from "./role.ts";

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_NAME = 128;

export const instanceProfile = awsResourceType({
  type: "aws:iam/instanceProfile:InstanceProfile",
  inputs: {
    name: string({
      autoname: { maxLength: MAX_NAME },
      replaceOnChange: true,
      validate: (name) => nameFault(name, MAX_NAME),
    }),
    path: string({ default: "/", replaceOnChange: true, validate: pathFault }),
    role: string(),
    ...tagInput,
  },
  outputs: {
    arn: string({ required: true }),
    createDate: string({ required: true }),
    uniqueId: string({ required: true }),
    ...tagOutput,
  },
  notFound: (id) => ({
    code: "InvalidParameterValue",
    message: `Value (${id}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`,
  }),
  // EC2 lets a profile in use be deleted and its instance lose its credentials; the sandbox refuses.
  blockedBy: {
    types: ["aws:ec2/instance:Instance"],
    code: "DeleteConflict",
    message: (id, by) => `Cannot delete entity, instance profile ${id} is used by ${by}`,
  },

  async create(scope, inputs) {
    const { iam } = scope.aws;
    if (inputs.role !== undefined) scope.get(roleType, inputs.role);
    return atomically(async (undo) => {
      const made = await iam.createInstanceProfile({
        InstanceProfileName: inputs.name,
        Path: inputs.path,
        Tags: tagList(inputs.tags),
      });
      undo(() => iam.deleteInstanceProfile({ InstanceProfileName: inputs.name }));
      if (inputs.role !== undefined) await add(scope, inputs.name, inputs.role);
      return {
        id: inputs.name,
        outputs: {
          arn: made.InstanceProfile?.Arn ?? "",
          createDate: scope.now().toISOString(),
          uniqueId: made.InstanceProfile?.InstanceProfileId ?? "",
          tagsAll: inputs.tags ?? {},
        },
      };
    });
  },

  async update(scope, { id, inputs, outputs }, news) {
    if (inputs.role !== news.role) {
      if (news.role !== undefined) scope.get(roleType, news.role);
      if (inputs.role !== undefined) await remove(scope, id, inputs.role);
      if (news.role !== undefined) await add(scope, id, news.role);
    }
    await retag(scope, "InstanceProfile", id, inputs.tags, news.tags);
    return { outputs: { ...outputs, tagsAll: news.tags ?? {} } };
  },

  async delete(scope, { id, inputs }) {
    if (inputs.role !== undefined) await remove(scope, id, inputs.role);
    await scope.aws.iam.deleteInstanceProfile({ InstanceProfileName: id });
  },
});

async function add(scope: Scope, InstanceProfileName: string, RoleName: string): Promise<void> {
  await scope.aws.iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName });
}

async function remove(scope: Scope, InstanceProfileName: string, RoleName: string): Promise<void> {
  try {
    await scope.aws.iam.removeRoleFromInstanceProfile({ InstanceProfileName, RoleName });
  } catch (thrown) {
    if (!hasCode(thrown, "NoSuchEntity", "NoSuchEntityException")) throw thrown;
  }
}
