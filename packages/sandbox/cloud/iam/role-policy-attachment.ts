import { string } from "../../plugins/rpc/schema.ts";
import { hasCode } from "../aws-error.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { role } from "./role.ts";

/** A managed policy on a role. moto knows and enforces AWS's own. */
export const rolePolicyAttachment = awsResourceType({
  type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  inputs: {
    policyArn: string({
      required: true,
      replaceOnChange: true,
      validate: (arn) =>
        /^arn:aws:iam::(aws|\d{12}):policy\/.+$/.test(arn) ? undefined : `"${arn}" is no ARN of a policy`,
    }),
    role: string({ required: true, replaceOnChange: true }),
  },
  outputs: {},
  // As the official provider's, which names it by role and policy.
  deleteBeforeReplace: true,

  async create(scope, inputs) {
    scope.get(role, inputs.role);
    await scope.aws.iam.attachRolePolicy({ RoleName: inputs.role, PolicyArn: inputs.policyArn });
    return { id: `${inputs.role}/${inputs.policyArn}`, outputs: {} };
  },

  async read(scope, { inputs, outputs }) {
    try {
      const { AttachedPolicies = [] } = await scope.aws.iam.listAttachedRolePolicies({ RoleName: inputs.role });
      const there = AttachedPolicies.some((policy) => policy.PolicyArn === inputs.policyArn);
      return there ? { inputs, outputs } : undefined;
    } catch (thrown) {
      if (hasCode(thrown, "NoSuchEntity", "NoSuchEntityException")) return undefined;
      throw thrown;
    }
  },

  async delete(scope, { inputs }) {
    try {
      await scope.aws.iam.detachRolePolicy({ RoleName: inputs.role, PolicyArn: inputs.policyArn });
    } catch (thrown) {
      if (!hasCode(thrown, "NoSuchEntity", "NoSuchEntityException")) throw thrown;
    }
  },
});
