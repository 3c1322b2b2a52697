import { boolean, integer, json, string } from "../../plugins/rpc/schema.ts";
import { AwsError, hasCode } from "../aws-error.ts";
import { atomically, awsResourceType, type Scope } from "../aws-resource-type.ts";
import { resourcePolicyFault, statementsOf } from "../iam/policy-syntax.ts";
import { type Tags, tagChanges, tagInput, tagOutput } from "../tags.ts";

const within = (low: number, high: number, unit: string) => (value: number) =>
  value >= low && value <= high ? undefined : `${value} is not within ${low} to ${high} ${unit}`;

/** A symmetric customer-managed key. The AWS API encrypts with it for real and enforces its policy. */
export const key = awsResourceType({
  type: "aws:kms/key:Key",
  inputs: {
    customerMasterKeySpec: string({
      default: "SYMMETRIC_DEFAULT",
      oneOf: ["SYMMETRIC_DEFAULT"],
      replaceOnChange: true,
    }),
    // https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
    deletionWindowInDays: integer({ validate: within(7, 30, "days") }),
    description: string({
      validate: (text) => (text.length <= 8192 ? undefined : `has ${text.length} characters; at most 8192 are allowed`),
    }),
    enableKeyRotation: boolean({ assumed: false }),
    isEnabled: boolean({ default: true, oneOf: [true] }),
    keyUsage: string({ default: "ENCRYPT_DECRYPT", oneOf: ["ENCRYPT_DECRYPT"], replaceOnChange: true }),
    policy: json({ validate: resourcePolicyFault }),
    // https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html
    rotationPeriodInDays: integer({ validate: within(90, 2560, "days") }),
    ...tagInput,
  },
  outputs: {
    arn: string({ required: true }),
    keyId: string({ required: true }),
    policy: json({ required: true }),
    rotationPeriodInDays: integer(),
    ...tagOutput,
  },
  notFound: (id) => ({ code: "NotFoundException", message: `Key '${id}' does not exist` }),

  async create(scope, inputs) {
    const { kms } = scope.aws;
    const policy = inputs.policy ?? defaultPolicy(scope.account);
    refuseLockout(policy, scope.account);
    return atomically(async (undo) => {
      const made = await kms.createKey({
        Description: inputs.description,
        Policy: policy,
        Tags: kmsTags(inputs.tags),
      });
      const id = made.KeyMetadata?.KeyId ?? "";
      undo(() => kms.scheduleKeyDeletion({ KeyId: id, PendingWindowInDays: 7 }));
      await setRotation(scope, id, inputs);
      return {
        id,
        outputs: {
          arn: made.KeyMetadata?.Arn ?? "",
          keyId: id,
          policy,
          ...rotationOf(inputs),
          tagsAll: inputs.tags ?? {},
        },
      };
    });
  },

  async read(scope, { id, inputs, outputs }) {
    const { kms } = scope.aws;
    try {
      const { KeyMetadata } = await kms.describeKey({ KeyId: id });
      if (KeyMetadata?.KeyState === "PendingDeletion") return undefined;
      const { KeyRotationEnabled } = await kms.getKeyRotationStatus({ KeyId: id });
      return { inputs: { ...inputs, enableKeyRotation: KeyRotationEnabled ?? false }, outputs };
    } catch (thrown) {
      if (hasCode(thrown, "NotFoundException")) return undefined;
      throw thrown;
    }
  },

  async update(scope, { id, inputs, outputs }, news) {
    const { kms } = scope.aws;
    const policy = news.policy ?? outputs.policy;
    refuseLockout(policy, scope.account);
    await kms.putKeyPolicy({ KeyId: id, PolicyName: "default", Policy: policy });
    await kms.updateKeyDescription({ KeyId: id, Description: news.description ?? "" });
    await setRotation(scope, id, news);
    const { set, remove } = tagChanges(inputs.tags, news.tags);
    if (remove.length > 0) await kms.untagResource({ KeyId: id, TagKeys: remove });
    if (Object.keys(set).length > 0) await kms.tagResource({ KeyId: id, Tags: kmsTags(set) });
    return { outputs: { ...outputs, policy, ...rotationOf(news), tagsAll: news.tags ?? {} } };
  },

  async delete(scope, { id, inputs }) {
    await scope.aws.kms.scheduleKeyDeletion({ KeyId: id, PendingWindowInDays: inputs.deletionWindowInDays ?? 30 });
  },
});

/** The key that an argument names by id or ARN, or KMS's error. */
export function keyNamed(scope: Scope, idOrArn: string): { id: string; arn: string } {
  const found = scope.list(key).find((item) => item.id === idOrArn || item.outputs.arn === idOrArn);
  if (found === undefined) {
    throw new AwsError(
      "NotFoundException",
      `Key '${idOrArn}' does not exist (in account ${scope.account}, ${scope.region})`,
    );
  }
  return { id: found.id, arn: found.outputs.arn };
}

/** https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html */
function defaultPolicy(account: string): string {
  const Principal = { AWS: `arn:aws:iam::${account}:root` };
  const Statement = [
    { Sid: "Enable IAM User Permissions", Effect: "Allow", Principal, Action: "kms:*", Resource: "*" },
  ];
  return JSON.stringify({ Version: "2012-10-17", Id: "key-default-1", Statement });
}

/**
 * KMS refuses a policy under which the caller could not change the policy again.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html, BypassPolicyLockoutSafetyCheck
 */
function refuseLockout(policy: string, account: string): void {
  const statements = statementsOf(policy);
  const keepsOpen = statements.some((statement) => {
    const actions = statement.Action ?? [];
    return (
      statement.Effect === "Allow" &&
      JSON.stringify(statement.Principal ?? "").match(`${account}|"\\*"`) !== null &&
      actions.some((action) => ["*", "kms:*", "kms:Put*", "kms:PutKeyPolicy"].includes(action))
    );
  });
  if (!keepsOpen) {
    throw new AwsError(
      "MalformedPolicyDocumentException",
      "The new key policy will not allow you to update the key policy in the future.",
    );
  }
}

function rotationOf(inputs: { enableKeyRotation: boolean; rotationPeriodInDays?: number }) {
  return inputs.enableKeyRotation ? { rotationPeriodInDays: inputs.rotationPeriodInDays ?? 365 } : {};
}

async function setRotation(
  { aws: { kms } }: Scope,
  KeyId: string,
  inputs: { enableKeyRotation: boolean; rotationPeriodInDays?: number },
): Promise<void> {
  if (inputs.enableKeyRotation)
    await kms.enableKeyRotation({ KeyId, RotationPeriodInDays: inputs.rotationPeriodInDays });
  else await kms.disableKeyRotation({ KeyId });
}

function kmsTags(tags: Tags = {}): { TagKey: string; TagValue: string }[] {
  return Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}
