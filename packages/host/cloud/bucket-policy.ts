import { changedByTheDeployerOnly, reads } from "./reads.ts";

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
