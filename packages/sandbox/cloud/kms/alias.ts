import { string } from "../../plugins/rpc/schema.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { keyNamed } from "./key.ts";

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html */
function aliasFault(name: string): string | undefined {
  if (!/^alias\/[\w/-]{1,250}$/.test(name)) return `"${name}" must be "alias/" and 1 to 250 letters, digits, _, - or /`;
  return name.startsWith("alias/aws/") ? `"${name}": names that begin with alias/aws/ are reserved` : undefined;
}

export const alias = awsResourceType({
  type: "aws:kms/alias:Alias",
  inputs: {
    name: string({ required: true, replaceOnChange: true, validate: aliasFault }),
    targetKeyId: string({ required: true }),
  },
  outputs: { arn: string({ required: true }), targetKeyArn: string({ required: true, changesOnUpdate: true }) },

  async create(scope, inputs) {
    const target = keyNamed(scope, inputs.targetKeyId);
    await scope.aws.kms.createAlias({ AliasName: inputs.name, TargetKeyId: target.id });
    return { id: inputs.name, outputs: { arn: scope.arn("kms", inputs.name), targetKeyArn: target.arn } };
  },

  async update(scope, { id, outputs }, news) {
    const target = keyNamed(scope, news.targetKeyId);
    await scope.aws.kms.updateAlias({ AliasName: id, TargetKeyId: target.id });
    return { outputs: { ...outputs, targetKeyArn: target.arn } };
  },

  async delete(scope, { id }) {
    await scope.aws.kms.deleteAlias({ AliasName: id });
  },
});
