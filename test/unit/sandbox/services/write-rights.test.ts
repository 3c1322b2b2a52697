import { strict as assert } from "node:assert";
import { bucketPolicy, keyPolicy, secretPolicy } from "@metrics-link/host/cloud/policies.ts";
import type { Clients } from "@metrics-link/sandbox/testing/clients.ts";
import { Api, deployRole, document, everything, refused, region, roleArn, sender } from "./api-in-front-of-moto.ts";

const Bucket = "metrics-link-sender-111111111111-eu-west-1";
const current = { Bucket, Key: "releases/sender/current.json" };
const deployer = roleArn(deployRole);
const host = roleArn("metrics-link-sender-eu-west-1");
const LocationConstraint = region;

describe("the product's policies of bucket, secret and key", function () {
  this.timeout(90_000);
  const api = new Api();
  let deploying: Clients;
  /** A role of the account that may do everything. */
  let power: Clients;
  let SecretId: string;
  let KeyId: string;

  before(async () => {
    await api.start();
    power = await api.roleWith("power", everything);
    deploying = await api.deploying();
    const { s3, secrets, kms } = deploying;
    await s3.createBucket({ Bucket, CreateBucketConfiguration: { LocationConstraint } });
    await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: "Enabled" } });
    await s3.putBucketPolicy({ Bucket, Policy: JSON.stringify(bucketPolicy(`arn:aws:s3:::${Bucket}`, deployer)) });
    await s3.putObject({ ...current, Body: "ours" });
    const Policy = JSON.stringify(keyPolicy(`arn:aws:iam::${sender}:root`, { host, deployer }));
    KeyId = (await kms.createKey({ Policy })).KeyMetadata?.Arn ?? "";
    const secret = { Name: "metrics-link/sender/release", SecretString: "the key", KmsKeyId: KeyId };
    SecretId = (await secrets.createSecret(secret)).ARN ?? "";
    const ResourcePolicy = JSON.stringify(secretPolicy({ host, deployer }));
    await secrets.putResourcePolicy({ SecretId, ResourcePolicy });
  });
  after(() => api.stop());

  const text = async (s3: Clients["s3"], key = current) =>
    (await (await s3.getObject(key)).Body?.transformToString()) ?? "";
  const LifecycleConfiguration = {
    Rules: [{ ID: "all", Status: "Enabled" as const, Filter: { Prefix: "" }, Expiration: { Days: 1 } }],
  };
  const QueueConfigurations = [
    { QueueArn: `arn:aws:sqs:${region}:${sender}:listener`, Events: ["s3:ObjectCreated:*" as const] },
  ];
  const Rules = [{ Status: "Enabled" as const, Priority: 1, Filter: { Prefix: "" }, Destination: { Bucket } }];

  const toTheBucket: Readonly<Record<string, (aws: Clients) => Promise<unknown>>> = {
    "an object": ({ s3 }) => s3.putObject({ ...current, Body: "theirs" }),
    "a copy": ({ s3 }) => s3.copyObject({ Bucket, Key: "copy", CopySource: `${Bucket}/${current.Key}` }),
    "an object less": ({ s3 }) => s3.deleteObject(current),
    "a tag of an object": ({ s3 }) =>
      s3.putObjectTagging({ ...current, Tagging: { TagSet: [{ Key: "a", Value: "b" }] } }),
    "an access list of an object": ({ s3 }) => s3.putObjectAcl({ ...current, ACL: "public-read" }),
    "a retention": ({ s3 }) => s3.putObjectRetention({ ...current, Retention: { Mode: "GOVERNANCE" } }),
    "a legal hold": ({ s3 }) => s3.putObjectLegalHold({ ...current, LegalHold: { Status: "ON" } }),
    "a policy": ({ s3 }) =>
      s3.putBucketPolicy({
        Bucket,
        Policy: document({
          Effect: "Deny",
          Principal: "*",
          Action: "s3:PutObject",
          Resource: `arn:aws:s3:::${Bucket}/*`,
        }),
      }),
    "no policy": ({ s3 }) => s3.deleteBucketPolicy({ Bucket }),
    "a lifecycle": ({ s3 }) => s3.putBucketLifecycleConfiguration({ Bucket, LifecycleConfiguration }),
    "a notification": ({ s3 }) =>
      s3.putBucketNotificationConfiguration({ Bucket, NotificationConfiguration: { QueueConfigurations } }),
    "a replication of it": ({ s3 }) =>
      s3.putBucketReplication({ Bucket, ReplicationConfiguration: { Role: roleArn("power"), Rules } }),
    "no versions": ({ s3 }) => s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: "Suspended" } }),
    "no encryption": ({ s3 }) => s3.deleteBucketEncryption({ Bucket }),
    "object owners": ({ s3 }) =>
      s3.putBucketOwnershipControls({ Bucket, OwnershipControls: { Rules: [{ ObjectOwnership: "ObjectWriter" }] } }),
    "public access": ({ s3 }) => s3.deletePublicAccessBlock({ Bucket }),
    "an access list": ({ s3 }) => s3.putBucketAcl({ Bucket, ACL: "public-read" }),
    tags: ({ s3 }) => s3.putBucketTagging({ Bucket, Tagging: { TagSet: [{ Key: "a", Value: "b" }] } }),
    "a web site": ({ s3 }) =>
      s3.putBucketWebsite({ Bucket, WebsiteConfiguration: { IndexDocument: { Suffix: "index" } } }),
  };
  for (const [what, call] of Object.entries(toTheBucket)) {
    it(`deny an administrator on the bucket: ${what}`, () => refused(call(power)));
  }

  it("prevent replication into the bucket from another bucket of the account", async () => {
    const { s3 } = power;
    await s3.createBucket({ Bucket: "theirs", CreateBucketConfiguration: { LocationConstraint } });
    await s3.putBucketVersioning({ Bucket: "theirs", VersioningConfiguration: { Status: "Enabled" } });
    const Destination = { Bucket: `arn:aws:s3:::${Bucket}` };
    const ReplicationConfiguration = { Role: roleArn("power"), Rules: Rules.map((rule) => ({ ...rule, Destination })) };
    await s3.putBucketReplication({ Bucket: "theirs", ReplicationConfiguration });
    await s3.putObject({ ...current, Bucket: "theirs", Body: "theirs" });
    assert.equal(await text(deploying.s3), "ours");
  });

  it("do not prevent replication into an unprotected bucket, which shows that the sandbox replicates", async () => {
    const { s3 } = power;
    await s3.createBucket({ Bucket: "open", CreateBucketConfiguration: { LocationConstraint } });
    const Destination = { Bucket: "arn:aws:s3:::open" };
    const ReplicationConfiguration = { Role: roleArn("power"), Rules: Rules.map((rule) => ({ ...rule, Destination })) };
    await s3.putBucketReplication({ Bucket: "theirs", ReplicationConfiguration });
    await s3.putObject({ ...current, Bucket: "theirs", Body: "copied" });
    assert.equal(await text(s3, { ...current, Bucket: "open" }), "copied");
  });

  it("allow an administrator to read the bucket and its settings", async () => {
    const { s3 } = power;
    assert.equal(await text(s3), "ours");
    await s3.headObject(current);
    await s3.headBucket({ Bucket });
    await s3.listObjectsV2({ Bucket });
    await s3.listObjectVersions({ Bucket });
    await s3.getBucketPolicy({ Bucket });
    await s3.getBucketVersioning({ Bucket });
    await s3.getBucketAcl({ Bucket });
    await s3.getBucketLocation({ Bucket });
  });

  it("allow the deployer to write to the bucket, change its settings and put another policy", async () => {
    const { s3 } = deploying;
    await s3.putObject({ ...current, Body: "ours" });
    await s3.putBucketLifecycleConfiguration({ Bucket, LifecycleConfiguration });
    await s3.deleteBucketLifecycle({ Bucket });
    await s3.putBucketPolicy({ Bucket, Policy: JSON.stringify(bucketPolicy(`arn:aws:s3:::${Bucket}`, deployer)) });
  });

  const toTheSecret: Readonly<Record<string, (aws: Clients) => Promise<unknown>>> = {
    "its value": ({ secrets }) => secrets.getSecretValue({ SecretId }),
    "another value": ({ secrets }) => secrets.putSecretValue({ SecretId, SecretString: "theirs" }),
    "another value and key": ({ secrets }) => secrets.updateSecret({ SecretId, SecretString: "theirs" }),
    "another version in force": ({ secrets }) =>
      secrets.updateSecretVersionStage({ SecretId, VersionStage: "AWSCURRENT", MoveToVersionId: "a".repeat(32) }),
    "a policy": ({ secrets }) => secrets.putResourcePolicy({ SecretId, ResourcePolicy: everythingFor("*") }),
    "no policy": ({ secrets }) => secrets.deleteResourcePolicy({ SecretId }),
    "a replica": ({ secrets }) =>
      secrets.replicateSecretToRegions({ SecretId, AddReplicaRegions: [{ Region: "us-east-1" }] }),
    "a rotation": ({ secrets }) => secrets.rotateSecret({ SecretId, RotateImmediately: false }),
    "no rotation": ({ secrets }) => secrets.cancelRotateSecret({ SecretId }),
    "a tag": ({ secrets }) => secrets.tagResource({ SecretId, Tags: [{ Key: "a", Value: "b" }] }),
    "its end": ({ secrets }) => secrets.deleteSecret({ SecretId, ForceDeleteWithoutRecovery: true }),
  };
  const everythingFor = (AWS: string) =>
    document({ Effect: "Allow", Principal: { AWS }, Action: "secretsmanager:*", Resource: "*" });
  for (const [what, call] of Object.entries(toTheSecret)) {
    it(`deny an administrator on the secret: ${what}`, () => refused(call(power)));
  }

  it("allow an administrator to see the secret and its policy", async () => {
    await power.secrets.describeSecret({ SecretId });
    await power.secrets.getResourcePolicy({ SecretId });
    await power.secrets.listSecretVersionIds({ SecretId });
  });

  it("allow the deployer to change the secret's value", async () => {
    await deploying.secrets.putSecretValue({ SecretId, SecretString: "the next key" });
  });

  const toTheKey: Readonly<Record<string, (aws: Clients) => Promise<unknown>>> = {
    "a policy": ({ kms }) => kms.putKeyPolicy({ KeyId, PolicyName: "default", Policy: everythingFor("*") }),
    "a grant": ({ kms }) => kms.createGrant({ KeyId, GranteePrincipal: roleArn("power"), Operations: ["Decrypt"] }),
    "its end": ({ kms }) => kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 }),
    "its rest": ({ kms }) => kms.disableKey({ KeyId }),
    "no rotation": ({ kms }) => kms.disableKeyRotation({ KeyId }),
    "a tag": ({ kms }) => kms.tagResource({ KeyId, Tags: [{ TagKey: "a", TagValue: "b" }] }),
    "another name": ({ kms }) => kms.createAlias({ AliasName: "alias/theirs", TargetKeyId: KeyId }),
    "a word under it": ({ kms }) => kms.encrypt({ KeyId, Plaintext: Buffer.from("word") }),
    "a word from under it": async ({ kms }) => {
      const { CiphertextBlob } = await deploying.kms.encrypt({ KeyId, Plaintext: Buffer.from("word") });
      return kms.decrypt({ CiphertextBlob });
    },
  };
  for (const [what, call] of Object.entries(toTheKey)) {
    it(`deny an administrator on the key: ${what}`, () => refused(call(power)));
  }

  it("allow an administrator to see the key and its policy, and the deployer to change it", async () => {
    await power.kms.describeKey({ KeyId });
    await power.kms.getKeyPolicy({ KeyId, PolicyName: "default" });
    await deploying.kms.enableKeyRotation({ KeyId });
    await deploying.kms.tagResource({ KeyId, Tags: [{ TagKey: "a", TagValue: "b" }] });
  });
});
