import {
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListInstanceProfilesForRoleCommand,
  ListRolePoliciesCommand,
} from "@aws-sdk/client-iam";
import {
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListGrantsCommand,
} from "@aws-sdk/client-kms";
import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { Facts } from "@metrics-link/audit";
import { type ClientConfiguration, whole, withPaths } from "./aws.ts";
import type { Places } from "./declared-facts.ts";
import { bucketTexts, keyTexts, roleTexts } from "./fact-texts.ts";

/** Every policy of each role, and the instance profiles that carry it. */
export async function rolesNow(configuration: ClientConfiguration, { roles }: Places): Promise<Facts> {
  const client = new IAMClient(configuration);
  return (await Promise.all(roles.map((role) => roleFacts(client, role)))).flat();
}

async function roleFacts(client: IAMClient, RoleName: string): Promise<Facts> {
  const texts = roleTexts(RoleName);
  const [{ Role }, inline, attached, profiles] = await Promise.all([
    client.send(new GetRoleCommand({ RoleName })),
    client.send(new ListRolePoliciesCommand({ RoleName })),
    client.send(new ListAttachedRolePoliciesCommand({ RoleName })),
    client.send(new ListInstanceProfilesForRoleCommand({ RoleName })),
  ]);
  whole(`policies or profiles of ${RoleName}`, inline.IsTruncated || attached.IsTruncated || profiles.IsTruncated);
  const documents = await Promise.all(
    (inline.PolicyNames ?? []).map(async (PolicyName) => {
      const { PolicyDocument = "" } = await client.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      return texts.inline(PolicyName, decodeURIComponent(PolicyDocument));
    }),
  );
  const boundary = Role?.PermissionsBoundary?.PermissionsBoundaryArn;
  return [
    // IAM URL-encodes documents (RFC 3986).
    texts.trust(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "{}")),
    ...(boundary === undefined ? [] : [texts.boundary(boundary)]),
    ...documents,
    ...(attached.AttachedPolicies ?? []).map(({ PolicyArn = "" }) => texts.attached(PolicyArn)),
    ...(profiles.InstanceProfiles ?? []).map(({ InstanceProfileName = "" }) => texts.profile(InstanceProfileName)),
  ];
}

/** Policy, grants and rotation of each key. */
export async function keysNow(configuration: ClientConfiguration, { keys }: Places): Promise<Facts> {
  const client = new KMSClient(configuration);
  const facts = await Promise.all(
    keys.map(async (KeyId) => {
      const texts = keyTexts(KeyId);
      const [{ KeyMetadata }, { Policy = "{}" }, { KeyRotationEnabled }, { Grants = [], Truncated }] =
        await Promise.all([
          client.send(new DescribeKeyCommand({ KeyId })),
          client.send(new GetKeyPolicyCommand({ KeyId, PolicyName: "default" })),
          client.send(new GetKeyRotationStatusCommand({ KeyId })),
          client.send(new ListGrantsCommand({ KeyId })),
        ]);
      whole(`grants of ${KeyId}`, Truncated);
      return [
        texts.state(KeyMetadata?.KeyState ?? "not told"),
        texts.policy(Policy),
        texts.rotation(KeyRotationEnabled === true),
        ...Grants.map(({ Operations = [], GranteePrincipal = "somebody" }) =>
          texts.grant(Operations, GranteePrincipal),
        ),
      ];
    }),
  );
  return facts.flat();
}

/** The settings of each bucket by which others could read, write or copy what hosts run. */
export async function bucketsNow(configuration: ClientConfiguration, { buckets }: Places): Promise<Facts> {
  const client = new S3Client(withPaths(configuration));
  return (await Promise.all(buckets.map((bucket) => bucketFacts(client, bucket)))).flat();
}

async function bucketFacts(client: S3Client, Bucket: string): Promise<Facts> {
  const texts = bucketTexts(Bucket);
  const facts = await Promise.all([
    orNone(async () => {
      const { Policy } = await client.send(new GetBucketPolicyCommand({ Bucket }));
      return Policy === undefined ? [] : [texts.policy(Policy)];
    }),
    orNone(async () => {
      const { PublicAccessBlockConfiguration: block = {} } = await client.send(
        new GetPublicAccessBlockCommand({ Bucket }),
      );
      return [
        ...(block.BlockPublicAcls ? [texts.blocks("blockPublicAcls")] : []),
        ...(block.BlockPublicPolicy ? [texts.blocks("blockPublicPolicy")] : []),
        ...(block.IgnorePublicAcls ? [texts.blocks("ignorePublicAcls")] : []),
        ...(block.RestrictPublicBuckets ? [texts.blocks("restrictPublicBuckets")] : []),
      ];
    }),
    orNone(async () => {
      const { OwnershipControls } = await client.send(new GetBucketOwnershipControlsCommand({ Bucket }));
      return (OwnershipControls?.Rules ?? []).map(({ ObjectOwnership = "" }) => texts.owner(ObjectOwnership));
    }),
    orNone(async () => {
      const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket }));
      return Status === undefined ? [] : [texts.versioning(Status)];
    }),
    orNone(async () => {
      const { ServerSideEncryptionConfiguration: found } = await client.send(
        new GetBucketEncryptionCommand({ Bucket }),
      );
      const rules = (found?.Rules ?? []).map((rule) => rule.ApplyServerSideEncryptionByDefault?.SSEAlgorithm);
      return rules.map((algorithm) => texts.encryption(algorithm ?? "not told"));
    }),
    orNone(async () => {
      const { ReplicationConfiguration: found } = await client.send(new GetBucketReplicationCommand({ Bucket }));
      return (found?.Rules ?? []).map(({ Destination }) => texts.replication(Destination?.Bucket ?? "somewhere"));
    }),
    orNone(async () => {
      const found = await client.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
      const targets = [
        ...(found.TopicConfigurations ?? []).map(({ TopicArn }) => TopicArn),
        ...(found.QueueConfigurations ?? []).map(({ QueueArn }) => QueueArn),
        ...(found.LambdaFunctionConfigurations ?? []).map(({ LambdaFunctionArn }) => LambdaFunctionArn),
        ...(found.EventBridgeConfiguration === undefined ? [] : ["EventBridge"]),
      ];
      return targets.map((target) => texts.notification(target ?? "somewhere"));
    }),
    orNone(async () => {
      const { Rules = [] } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
      return Rules.map(({ ID = "without an id" }) => texts.lifecycle(ID));
    }),
  ]);
  return facts.flat();
}

/** S3's errors for settings that a bucket does not have (Amazon S3 API Reference, "List of error codes"). */
const absent: readonly string[] = [
  "NoSuchBucketPolicy",
  "NoSuchLifecycleConfiguration",
  "NoSuchPublicAccessBlockConfiguration",
  "OwnershipControlsNotFoundError",
  "ReplicationConfigurationNotFoundError",
  "ServerSideEncryptionConfigurationNotFoundError",
];

/** What a setting says; nothing if there is none. Any other error leaves the whole bucket unknown. */
async function orNone(read: () => Promise<string[]>): Promise<string[]> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Error && absent.includes(error.name)) return [];
    throw error;
  }
}
