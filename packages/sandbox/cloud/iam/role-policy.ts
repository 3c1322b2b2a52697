import { json, string } from "../../plugins/rpc/schema.ts";
import { hasCode } from "../aws-error.ts";
import type { Scope } from "../aws-resource-type.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { identityPolicyFault } from "./policy-syntax.ts";
import { nameFault, role } from "./role.ts";

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: all inline policies of a role. */
const MAX_SIZE = 10_240;
const MAX_NAME = 128;

function policyFault(text: string): string | undefined {
  const size = text.replaceAll(/\s/g, "").length;
  return size <= MAX_SIZE
    ? identityPolicyFault(text)
    : `LimitExceeded: has ${size} characters without white space; at most ${MAX_SIZE} are allowed`;
}

/** An inline policy of a role. moto enforces it. */
export const rolePolicy = awsResourceType({
  type: "aws:iam/rolePolicy:RolePolicy",
  inputs: {
    name: string({
      autoname: { maxLength: MAX_NAME },
      replaceOnChange: true,
      validate: (name) => nameFault(name, MAX_NAME),
    }),
    policy: json({ required: true, validate: policyFault }),
    role: string({ required: true, replaceOnChange: true }),
  },
  outputs: {},

  async create(scope, inputs) {
    scope.get(role, inputs.role);
    await put(scope, inputs);
    return { id: `${inputs.role}:${inputs.name}`, outputs: {} };
  },

  async read(scope, { inputs, outputs }) {
    try {
      const { PolicyDocument } = await scope.aws.iam.getRolePolicy({ RoleName: inputs.role, PolicyName: inputs.name });
      return { inputs: { ...inputs, policy: decodeURIComponent(PolicyDocument ?? "") }, outputs };
    } catch (thrown) {
      if (hasCode(thrown, "NoSuchEntity", "NoSuchEntityException")) return undefined;
      throw thrown;
    }
  },

  async update(scope, _resource, news) {
    await put(scope, news);
    return { outputs: {} };
  },

  async delete(scope, { inputs }) {
    try {
      await scope.aws.iam.deleteRolePolicy({ RoleName: inputs.role, PolicyName: inputs.name });
    } catch (thrown) {
      if (!hasCode(thrown, "NoSuchEntity", "NoSuchEntityException")) throw thrown;
    }
  },
});

async function put({ aws: { iam } }: Scope, inputs: { role: string; name: string; policy: string }): Promise<void> {
  await iam.putRolePolicy({ RoleName: inputs.role, PolicyName: inputs.name, PolicyDocument: inputs.policy });
}
