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
