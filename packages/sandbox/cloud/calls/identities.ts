/** IAM, KMS and Secrets Manager. Sources: terraform-provider-aws, internal/service/{iam,kms,secretsmanager}. */
import { about, by, type Call, type Calls, call, created, lists, own, type Place, when } from "./call.ts";
import { passesRole } from "./host.ts";

/** The policy that bounds the roles of hosts: without it the deployer may not make or change one (docs/decisions/0651). */
export const hostBoundary = ({ account }: Pick<Place, "account">): string =>
  `arn:aws:iam::${account}:policy/metrics-link-host-boundary`;

const role = (...names: readonly string[]) => about(own("role"), "iam", ...names);
const boundedRole = (...names: readonly string[]): Call[] =>
  role(...names).map((one) => ({ ...one, context: { "iam:PermissionsBoundary": "the host's" } }));
const profile = (...names: readonly string[]) => about(own("instance-profile"), "iam", ...names);
const key = (...names: readonly string[]) => about(own("key"), "kms", ...names);
const secret = (...names: readonly string[]) => about(own("secret"), "secretsmanager", ...names);

/** A call that Secrets Manager makes to KMS for its caller (Secrets Manager user guide, "Secret encryption"). */
const throughSecretsManager = (...names: readonly string[]): Call[] =>
  about({ kind: "key", of: { input: "key of the secret" } }, "kms", ...names).map((one) => ({
    ...one,
    context: { "kms:ViaService": "secretsmanager.REGION.amazonaws.com" },
  }));

export const identities: Readonly<Record<string, Calls>> = {
  "aws:iam/role:Role": {
    create: [...boundedRole("CreateRole"), ...role("TagRole")],
    read: role("GetRole", "ListRolePolicies", "ListAttachedRolePolicies"),
    update: [
      ...when(["assumeRolePolicy"], ...role("UpdateAssumeRolePolicy")),
      ...when(["description"], ...role("UpdateRoleDescription")),
      ...when(["permissionsBoundary"], ...boundedRole("PutRolePermissionsBoundary")),
      ...when(["tags"], ...role("TagRole", "UntagRole")),
    ],
    delete: role("ListInstanceProfilesForRole", "DeleteRole"),
  },
  "aws:iam/rolePolicy:RolePolicy": {
    create: boundedRole("PutRolePolicy"),
    read: role("GetRolePolicy"),
    update: when(["policy"], ...boundedRole("PutRolePolicy")),
    delete: boundedRole("DeleteRolePolicy"),
  },
  "aws:iam/instanceProfile:InstanceProfile": {
    create: [...profile("CreateInstanceProfile", "TagInstanceProfile", "AddRoleToInstanceProfile"), passesRole],
    read: profile("GetInstanceProfile"),
    update: when(["tags"], ...profile("TagInstanceProfile", "UntagInstanceProfile")),
    delete: profile("RemoveRoleFromInstanceProfile", "DeleteInstanceProfile"),
  },
  "aws:kms/key:Key": {
    create: [
      { action: "kms:CreateKey", on: [], context: { "aws:RequestTag/project": "metrics-link" } },
      call("kms:TagResource", created("key")),
      ...key("EnableKeyRotation"),
    ],
    read: key("DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListResourceTags"),
    update: [
      ...when(["policy"], ...key("PutKeyPolicy")),
      ...when(["description"], ...key("UpdateKeyDescription")),
      ...when(["tags"], ...key("TagResource", "UntagResource")),
    ],
    delete: key("ScheduleKeyDeletion"),
  },
  "aws:kms/alias:Alias": {
    create: [call("kms:CreateAlias", own("alias"), by("targetKeyId", "key"))],
    read: lists("kms", "ListAliases"),
    update: when(["targetKeyId"], call("kms:UpdateAlias", own("alias"), by("targetKeyId", "key"))),
    delete: [call("kms:DeleteAlias", own("alias"), by("targetKeyId", "key"))],
  },
  "aws:secretsmanager/secret:Secret": {
    create: secret("CreateSecret", "TagResource"),
    read: secret("DescribeSecret", "GetResourcePolicy"),
    update: [
      ...when(["description", "kmsKeyId"], ...secret("UpdateSecret")),
      ...when(["tags"], ...secret("TagResource", "UntagResource")),
    ],
    delete: secret("DeleteSecret"),
  },
  "aws:secretsmanager/secretPolicy:SecretPolicy": {
    create: secret("PutResourcePolicy"),
    read: secret("GetResourcePolicy"),
    update: when(["policy"], ...secret("PutResourcePolicy")),
    delete: secret("DeleteResourcePolicy"),
  },
  "aws:secretsmanager/secretVersion:SecretVersion": {
    create: [...secret("PutSecretValue"), ...throughSecretsManager("GenerateDataKey")],
    read: [...secret("GetSecretValue"), ...throughSecretsManager("Decrypt")],
    update: [],
    // Of a version that is not the current one any more, the label AWSPREVIOUS is taken away.
    delete: secret("UpdateSecretVersionStage"),
  },
};
