import { dirname } from "node:path/posix";
import { releaseKeys } from "@metrics-link/release";

export interface InstancePolicyInput {
  readonly hostName: string;
  readonly account: { readonly id: string; readonly region: string };
  readonly partition: string;
  readonly bucketArn: string;
  readonly secretArn: string;
  readonly keyArn: string;
  readonly vpcId: string;
}

/** Only EC2 may assume this role, for the instance with its profile. */
export const instanceTrustPolicy = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
};

/**
 * Everything that a host may do in its account, and only from its own network: stolen credentials are worthless elsewhere.
 * `aws:SourceVpc` is present because every call goes through a VPC endpoint; Secrets Manager's call to KMS on the host's
 * behalf does not, and is bound to that service instead.
 *
 * From Systems Manager it has only what Run Command needs. `ssm:UpdateInstanceInformation`: registration and heartbeat.
 * `ssmmessages:CreateControlChannel` and `OpenControlChannel`: commands arrive through them (agent 3.3.40.0 and later);
 * these two support no resources. Left out on purpose: the data channels, which are interactive sessions, and
 * `ssm:GetParameter`, which would read every parameter of the account.
 */
export function instancePolicy(input: InstancePolicyInput) {
  const { hostName, account, partition, bucketArn, secretArn, keyArn, vpcId } = input;
  const fromHome = { Condition: { StringEquals: { "aws:SourceVpc": vpcId } } };
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "ReadReleases",
        Effect: "Allow",
        Action: "s3:GetObject",
        Resource: ["tools", "agent", dirname(releaseKeys.current(hostName))].map(
          (prefix) => `${bucketArn}/${prefix}/*`,
        ),
        ...fromHome,
      },
      {
        Sid: "ReadOwnSecret",
        Effect: "Allow",
        Action: "secretsmanager:GetSecretValue",
        Resource: secretArn,
        ...fromHome,
      },
      {
        Sid: "OpenOwnSecret",
        Effect: "Allow",
        Action: "kms:Decrypt",
        Resource: keyArn,
        Condition: {
          StringEquals: {
            "kms:ViaService": `secretsmanager.${account.region}.amazonaws.com`,
            "kms:EncryptionContext:SecretARN": secretArn,
          },
        },
      },
      {
        Sid: "Register",
        Effect: "Allow",
        Action: "ssm:UpdateInstanceInformation",
        Resource: `arn:${partition}:ec2:${account.region}:${account.id}:instance/*`,
        ...fromHome,
      },
      {
        Sid: "HearCommands",
        Effect: "Allow",
        Action: ["ssmmessages:CreateControlChannel", "ssmmessages:OpenControlChannel"],
        Resource: "*",
        ...fromHome,
      },
    ],
  };
}

/**
 * Denies every request to the bucket of releases without TLS (AWS Config: s3-bucket-ssl-requests-only), and everything but
 * reads to everybody but the deployer: whoever writes here runs code on hosts, and replication, lifecycle rules or another
 * policy write too. The account's root user can still remove the policy (Amazon S3 User Guide, bucket policies), which
 * CloudTrail records.
 * @param deployRoleArn the role of the update; undefined: the deployer's name is unknown, so nobody is denied
 */
export function bucketPolicy(bucketArn: string, deployRoleArn: string | undefined) {
  const everything = [bucketArn, `${bucketArn}/*`];
  const tlsOnly = {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: everything,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
  if (deployRoleArn === undefined) return { Version: "2012-10-17", Statement: [tlsOnly] };
  const others = changedByTheDeployerOnly({ reads: reads.bucket, deployer: deployRoleArn }, everything);
  return { Version: "2012-10-17", Statement: [tlsOnly, others] };
}

/** Who may use a host's secret and its key: ARNs of roles, without wildcards. */
export interface Entitled {
  /** Reads the value. */
  readonly host: string;
  /** Writes the value, reads it back, and changes everything else about the secret. */
  readonly deployer: string;
}

/**
 * Denies a secret's value to everybody but the host and the deployer, and every change to everybody but the deployer: a
 * version, a policy, a replica, a rotation, a tag. In a secret's own policy `*` means that secret, so a replica, which has
 * another ARN and copies the policy, has the same denials (AWS Secrets Manager User Guide, "Replicate secrets across
 * Regions").
 */
export function secretPolicy({ host, deployer }: Entitled) {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "ReadersOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "secretsmanager:GetSecretValue",
        Resource: "*",
        Condition: { ArnNotEquals: { "aws:PrincipalArn": [host, deployer] } },
      },
      changedByTheDeployerOnly({ reads: reads.secret, deployer }, "*"),
    ],
  };
}

/**
 * The policy of a secret's key. Its first statement is AWS's default, which leaves rights to IAM; the others deny decryption
 * to everybody but the host and the deployer, and the rest (another policy, a grant, deletion) to everybody but the
 * deployer. KMS rejects a policy that locks out its author, who is the deployer.
 * @param accountArn the account, as `arn:aws:iam::111111111111:root`
 */
export function keyPolicy(accountArn: string, { host, deployer }: Entitled) {
  return {
    Version: "2012-10-17",
    Statement: [
      { Sid: "RightsAreIamPolicies", Effect: "Allow", Principal: { AWS: accountArn }, Action: "kms:*", Resource: "*" },
      {
        Sid: "ReadersOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "kms:Decrypt",
        Resource: "*",
        Condition: { ArnNotEquals: { "aws:PrincipalArn": [host, deployer] } },
      },
      changedByTheDeployerOnly({ reads: reads.key, deployer }, "*"),
    ],
  };
}

/**
 * Read-only actions by service. Policies deny every action that is not listed here, so one that AWS adds next year is denied
 * too. Names: Service Authorization Reference, access levels Read and List; unneeded ones are left out.
 */
export const reads = {
  bucket: [
    "s3:GetAccelerateConfiguration",
    "s3:GetAnalyticsConfiguration",
    "s3:GetBucketAcl",
    "s3:GetBucketCORS",
    "s3:GetBucketLocation",
    "s3:GetBucketLogging",
    "s3:GetBucketNotification",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPolicy",
    "s3:GetBucketPolicyStatus",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketRequestPayment",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetBucketWebsite",
    "s3:GetEncryptionConfiguration",
    "s3:GetIntelligentTieringConfiguration",
    "s3:GetInventoryConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetMetricsConfiguration",
    "s3:GetObject",
    "s3:GetObjectAcl",
    "s3:GetObjectAttributes",
    "s3:GetObjectLegalHold",
    "s3:GetObjectRetention",
    "s3:GetObjectTagging",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionAttributes",
    "s3:GetObjectVersionTagging",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListBucketVersions",
    "s3:ListMultipartUploadParts",
  ],
  /** The value has a statement of its own in `secretPolicy`. */
  secret: [
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetResourcePolicy",
    "secretsmanager:GetSecretValue",
    "secretsmanager:ListSecretVersionIds",
  ],
  /** Decryption has a statement of its own in `keyPolicy`. */
  key: [
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
  ],
} as const;

/**
 * Denies everything but these reads to everybody but the deployer, whatever their own policies allow. A session counts as
 * its role. Callers without a principal's ARN (AWS services, anonymous ones) are denied too, since a negated operator
 * matches when the key is absent. Whoever may create roles in the account can create one with the deployer's name: that is
 * the only way back in when the deployer's role is gone.
 * @param deployer ARN of the role, without wildcards
 */
function changedByTheDeployerOnly(
  { reads, deployer }: { readonly reads: readonly string[]; readonly deployer: string },
  Resource: string | readonly string[],
) {
  return {
    Sid: "ChangedByTheDeployerOnly",
    Effect: "Deny",
    Principal: "*",
    NotAction: reads,
    Resource,
    Condition: { ArnNotEquals: { "aws:PrincipalArn": deployer } },
  } as const;
}
