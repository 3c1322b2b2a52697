/** A bucket with objects, a key, a secret, and a role that may read them. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const policy = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

export function storage(account: pulumi.CustomResourceOptions) {
  const key = new aws.kms.Key("key", { deletionWindowInDays: 7, enableKeyRotation: true }, account);
  new aws.kms.Alias("key", { name: "alias/example", targetKeyId: key.keyId }, account);
  const releases = new aws.s3.Bucket("releases", {}, account);
  const bucket = releases.id;
  new aws.s3.BucketVersioning("releases", { bucket, versioningConfiguration: { status: "Enabled" } }, account);
  new aws.s3.BucketPublicAccessBlock("releases", { bucket, blockPublicPolicy: true, blockPublicAcls: true }, account);
  new aws.s3.BucketOwnershipControls("releases", { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } }, account);
  new aws.s3.BucketServerSideEncryptionConfiguration(
    "releases",
    {
      bucket,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn } }],
    },
    account,
  );
  new aws.s3.BucketLifecycleConfiguration(
    "releases",
    { bucket, rules: [{ id: "old", status: "Enabled", noncurrentVersionExpiration: { noncurrentDays: 30 } }] },
    account,
  );
  const tlsOnly = (arn: string) =>
    policy({
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [arn, `${arn}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
  new aws.s3.BucketPolicy("releases", { bucket, policy: releases.arn.apply(tlsOnly) }, account);
  new aws.s3.BucketObjectv2("document", { bucket, key: "a/b.json", content: "{}" }, account);
  const source = new pulumi.asset.FileAsset("./tool.bin");
  new aws.s3.BucketObjectv2("tool", { bucket, key: "tools/tool", source, sourceHash: "1" }, account);

  const secret = new aws.secretsmanager.Secret("leaf", { kmsKeyId: key.arn, recoveryWindowInDays: 0 }, account);
  const secretString = new pulumi.Config().requireSecret("leaf");
  const version = new aws.secretsmanager.SecretVersion("leaf", { secretId: secret.id, secretString }, account);

  const trust = policy({ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" });
  const role = new aws.iam.Role("host", { assumeRolePolicy: trust }, account);
  const read = (arn: string) => policy({ Effect: "Allow", Action: "s3:GetObject", Resource: `${arn}/*` });
  new aws.iam.RolePolicy("host", { role: role.id, policy: releases.arn.apply(read) }, account);
  const profile = new aws.iam.InstanceProfile("host", { role: role.name }, account);
  return { bucket, versionId: version.versionId, profile };
}
