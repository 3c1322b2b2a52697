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

/** Only EC2 gives this role out, to the instance whose profile names it. */
export const instanceTrustPolicy = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
};

/**
 * Everything that a host may do in its account, and that from its own network alone: keys that were carried away are
 * worth nothing elsewhere. `aws:SourceVpc` is there because every call comes by an endpoint of that network; Secrets
 * Manager's own call to KMS in the host's name comes by none, and is bound to that service instead.
 *
 * Of Systems Manager it is what Run Command needs and no more. `ssm:UpdateInstanceInformation`: the agent registers
 * itself and its heartbeat. `ssmmessages:CreateControlChannel` and `OpenControlChannel`: commands arrive by them
 * (agent 3.3.40.0 and later); these two know no resources. Left out on purpose: the data channels, which are
 * interactive sessions, and `ssm:GetParameter`, which would read every parameter of the account.
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
 * Refuses every request to the bucket of releases that did not come by TLS (AWS Config: s3-bucket-ssl-requests-only), and
 * everything but reads to everybody but the deployer: who writes here runs code on hosts, and a replication, a lifecycle
 * or another policy writes as well. The account's root user can still take the policy away (Amazon S3 User Guide, bucket
 * policies), and CloudTrail has it then.
 * @param deployRoleArn the role of the update; without one, whoever updates is not known by name and may be anybody
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

/** Who may do what with a host's secret and its key: ARNs of roles, without wildcards. */
export interface Entitled {
  /** Reads the value. */
  readonly host: string;
  /** Writes it, reads back what it wrote, and changes whatever belongs to it. */
  readonly deployer: string;
}

/**
 * Refuses the value of a secret to everybody but the host and the deployer, and every change to everybody but the
 * deployer: a version, a policy, a replica, a rotation, a tag. Within a secret's own policy `*` is that secret, so that a
 * replica, which has another ARN and takes its policy along, is under the same refusals (AWS Secrets Manager User Guide,
 * "Replicate secrets across Regions").
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
 * The policy of the key under which a secret is. Its first statement is AWS's default, which leaves rights to IAM; the
 * others refuse decryption to everybody but the host and the deployer, and the rest (another policy, a grant, the key's
 * end) to everybody but the deployer. KMS takes no policy that locks out who puts it; the deployer does.
 * @param accountArn `arn:aws:iam::111111111111:root`, which stands for the account
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
 * What only reads, by service: everything else that is asked of a resource of ours changes it. Policies deny what is not
 * named here, so an action that AWS adds next year is denied as well. Names: Service Authorization Reference, access
 * levels Read and List; what nobody needs is left out.
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
  /** The value is a matter of its own: see `secretPolicy`. */
  secret: [
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetResourcePolicy",
    "secretsmanager:GetSecretValue",
    "secretsmanager:ListSecretVersionIds",
  ],
  /** Decrypting is a matter of its own: see `keyPolicy`. */
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
 * its role; whoever has no ARN of a principal (an AWS service, nobody at all) is denied as well, since a negated operator
 * holds where the key is absent. Whoever may make roles in the account can make a role of the deployer's name: that, and
 * nothing less, is the way back in when the deployer is gone.
 * @param deployer ARN of the role, without wildcards
 */
export function changedByTheDeployerOnly(
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
