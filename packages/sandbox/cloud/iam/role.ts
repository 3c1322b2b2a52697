import { boolean, integer, json, string } from "../../plugins/rpc/schema.ts";
import { hasCode } from "../aws-error.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { tagInput, tagList, tagOutput } from "../tags.ts";
import { trustPolicyFault } from "./policy-syntax.ts";
import { retag } from "./retag.ts";

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_ROLE_NAME = 64;
const HOUR = 3600;

/** What is wrong with the name of an IAM thing, or undefined. */
export function nameFault(name: string, maxLength: number): string | undefined {
  if (name.length > maxLength) return `"${name}" has ${name.length} characters; at most ${maxLength} are allowed`;
  return /^[\w+=,.@-]+$/.test(name) ? undefined : `"${name}" may only have letters, digits and + = , . @ _ -`;
}

/** What is wrong with the path of an IAM thing, or undefined. */
export function pathFault(path: string): string | undefined {
  return /^\/([\x21-\x7e]+\/)?$/.test(path) && path.length <= 512 ? undefined : `"${path}" must begin and end with "/"`;
}

export const role = awsResourceType({
  type: "aws:iam/role:Role",
  inputs: {
    assumeRolePolicy: json({ required: true, validate: trustPolicyFault }),
    description: string({
      validate: (text) => (text.length <= 1000 ? undefined : `has ${text.length} characters; at most 1000 are allowed`),
    }),
    forceDetachPolicies: boolean({ assumed: false }),
    maxSessionDuration: integer({
      default: HOUR,
      validate: (seconds) =>
        seconds >= HOUR && seconds <= 12 * HOUR ? undefined : `${seconds} s is not within 3600 to 43200 s`,
    }),
    name: string({
      autoname: { maxLength: MAX_ROLE_NAME },
      replaceOnChange: true,
      validate: (name) => nameFault(name, MAX_ROLE_NAME),
    }),
    permissionsBoundary: string({
      validate: (arn) =>
        /^arn:aws:iam::(\d{12}|aws):policy\/.+$/.test(arn) ? undefined : `"${arn}" is no policy's ARN`,
    }),
    path: string({ default: "/", replaceOnChange: true, validate: pathFault }),
    ...tagInput,
  },
  outputs: {
    arn: string({ required: true }),
    createDate: string({ required: true }),
    uniqueId: string({ required: true }),
    ...tagOutput,
  },
  notFound: (id) => ({ code: "NoSuchEntity", message: `The role with name ${id} cannot be found.` }),
  // https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html
  blockedBy: {
    types: [
      "aws:iam/instanceProfile:InstanceProfile",
      "aws:iam/rolePolicy:RolePolicy",
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    ],
    code: "DeleteConflict",
    message: (id, by) => `Cannot delete entity, role ${id} must be freed first of ${by}`,
  },

  async create(scope, inputs) {
    const made = await scope.aws.iam.createRole({
      RoleName: inputs.name,
      AssumeRolePolicyDocument: inputs.assumeRolePolicy,
      Description: inputs.description,
      MaxSessionDuration: inputs.maxSessionDuration,
      Path: inputs.path,
      PermissionsBoundary: inputs.permissionsBoundary,
      Tags: tagList(inputs.tags),
    });
    return {
      id: inputs.name,
      outputs: {
        arn: made.Role?.Arn ?? "",
        createDate: scope.now().toISOString(),
        uniqueId: made.Role?.RoleId ?? "",
        tagsAll: inputs.tags ?? {},
      },
    };
  },

  async read(scope, { id, inputs, outputs }) {
    try {
      const { Role } = await scope.aws.iam.getRole({ RoleName: id });
      const boundary = Role?.PermissionsBoundary?.PermissionsBoundaryArn;
      const { permissionsBoundary: _, ...rest } = inputs;
      return {
        inputs: {
          ...rest,
          assumeRolePolicy: decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ""),
          ...(boundary === undefined ? {} : { permissionsBoundary: boundary }),
        },
        outputs,
      };
    } catch (thrown) {
      if (hasCode(thrown, "NoSuchEntity", "NoSuchEntityException")) return undefined;
      throw thrown;
    }
  },

  async update(scope, { id, inputs, outputs }, news) {
    const { iam } = scope.aws;
    await iam.updateAssumeRolePolicy({ RoleName: id, PolicyDocument: news.assumeRolePolicy });
    await iam.updateRole({
      RoleName: id,
      Description: news.description ?? "",
      MaxSessionDuration: news.maxSessionDuration,
    });
    const { permissionsBoundary: PermissionsBoundary } = news;
    if (PermissionsBoundary !== undefined) await iam.putRolePermissionsBoundary({ RoleName: id, PermissionsBoundary });
    else if (inputs.permissionsBoundary !== undefined) await iam.deleteRolePermissionsBoundary({ RoleName: id });
    await retag(scope, "Role", id, inputs.tags, news.tags);
    return { outputs: { ...outputs, tagsAll: news.tags ?? {} } };
  },

  async delete(scope, { id }) {
    await scope.aws.iam.deleteRole({ RoleName: id });
  },
});
