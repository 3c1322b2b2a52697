import { boolean, integer, string } from "../../plugins/rpc/schema.ts";
import { hasCode } from "../aws-error.ts";
import type { Scope } from "../aws-resource-type.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { keyNamed } from "../kms/key.ts";
import { tagChanges, tagInput, tagList, tagOutput } from "../tags.ts";

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html, Name */
const MAX_NAME = 512;

function nameFault(name: string): string | undefined {
  if (name.length === 0 || name.length > MAX_NAME) return `"${name}" must have 1 to ${MAX_NAME} characters`;
  return /^[\w/+=.@-]+$/.test(name) ? undefined : `"${name}" may only have letters, digits and / _ + = . @ -`;
}

/** A secret without its value, which is a SecretVersion. */
export const secret = awsResourceType({
  type: "aws:secretsmanager/secret:Secret",
  inputs: {
    description: string({
      validate: (text) => (text.length <= 2048 ? undefined : `has ${text.length} characters; at most 2048 are allowed`),
    }),
    forceOverwriteReplicaSecret: boolean({ assumed: false, oneOf: [false] }),
    kmsKeyId: string(),
    name: string({ autoname: { maxLength: MAX_NAME }, replaceOnChange: true, validate: nameFault }),
    // https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html; 0 is "force".
    recoveryWindowInDays: integer({
      default: 30,
      validate: (days) =>
        days === 0 || (days >= 7 && days <= 30) ? undefined : `${days} is neither 0 nor within 7 to 30`,
    }),
    ...tagInput,
  },
  outputs: { arn: string({ required: true }), ...tagOutput },
  notFound: () => ({
    code: "ResourceNotFoundException",
    message: "Secrets Manager can't find the specified secret.",
  }),

  async create(scope, inputs) {
    const made = await scope.aws.secrets.createSecret({
      Name: inputs.name,
      Description: inputs.description,
      KmsKeyId: keyOf(scope, inputs.kmsKeyId),
      Tags: tagList(inputs.tags),
    });
    const arn = made.ARN ?? "";
    return { id: arn, outputs: { arn, tagsAll: inputs.tags ?? {} } };
  },

  async read(scope, { id, inputs, outputs }) {
    try {
      const { DeletedDate } = await scope.aws.secrets.describeSecret({ SecretId: id });
      return DeletedDate === undefined ? { inputs, outputs } : undefined;
    } catch (thrown) {
      if (hasCode(thrown, "ResourceNotFoundException")) return undefined;
      throw thrown;
    }
  },

  async update(scope, { id, inputs, outputs }, news) {
    const { secrets } = scope.aws;
    if (inputs.description !== news.description || inputs.kmsKeyId !== news.kmsKeyId) {
      await secrets.updateSecret({
        SecretId: id,
        Description: news.description ?? "",
        KmsKeyId: keyOf(scope, news.kmsKeyId),
      });
    }
    const { set, remove } = tagChanges(inputs.tags, news.tags);
    if (remove.length > 0) await secrets.untagResource({ SecretId: id, TagKeys: remove });
    if (Object.keys(set).length > 0) await secrets.tagResource({ SecretId: id, Tags: tagList(set) });
    return { outputs: { ...outputs, tagsAll: news.tags ?? {} } };
  },

  async delete(scope, { id, inputs }) {
    const days = inputs.recoveryWindowInDays;
    await scope.aws.secrets.deleteSecret({
      SecretId: id,
      ...(days === 0 ? { ForceDeleteWithoutRecovery: true } : { RecoveryWindowInDays: days }),
    });
  },
});

function keyOf(scope: Scope, id: string | undefined): string | undefined {
  return id === undefined ? undefined : keyNamed(scope, id).arn;
}
