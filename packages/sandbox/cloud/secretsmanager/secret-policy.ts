import { boolean, json, string } from "../../plugins/rpc/schema.ts";
import { hasCode } from "../aws-error.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { resourcePolicyFault } from "../iam/policy-syntax.ts";
import { secret } from "./secret.ts";

/** A secret's resource policy. The AWS API enforces it. */
export const secretPolicy = awsResourceType({
  type: "aws:secretsmanager/secretPolicy:SecretPolicy",
  inputs: {
    blockPublicPolicy: boolean(),
    policy: json({ required: true, validate: resourcePolicyFault }),
    secretArn: string({ required: true, replaceOnChange: true }),
  },
  outputs: {},

  async create(scope, inputs) {
    const owner = scope.get(secret, inputs.secretArn);
    await scope.aws.secrets.putResourcePolicy({ SecretId: owner.id, ResourcePolicy: inputs.policy });
    return { id: owner.id, outputs: {} };
  },

  async read(scope, { id, inputs, outputs }) {
    try {
      const { ResourcePolicy } = await scope.aws.secrets.getResourcePolicy({ SecretId: id });
      return ResourcePolicy === undefined ? undefined : { inputs: { ...inputs, policy: ResourcePolicy }, outputs };
    } catch (thrown) {
      if (hasCode(thrown, "ResourceNotFoundException")) return undefined;
      throw thrown;
    }
  },

  async update(scope, { id }, news) {
    await scope.aws.secrets.putResourcePolicy({ SecretId: id, ResourcePolicy: news.policy });
    return { outputs: {} };
  },

  async delete(scope, { id }) {
    try {
      await scope.aws.secrets.deleteResourcePolicy({ SecretId: id });
    } catch (thrown) {
      if (!hasCode(thrown, "ResourceNotFoundException")) throw thrown;
    }
  },
});
