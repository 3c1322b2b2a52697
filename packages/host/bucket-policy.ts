/**
 * Refuses every request to the bucket of releases that did not come by TLS (AWS Config: s3-bucket-ssl-requests-only),
 * and every change of what it holds but the deployer's, whatever others' own policies allow: who writes here runs code
 * on hosts. Nobody is locked out by it for good: who may change bucket policies may change this one.
 * @param deployRoleArn the role of the update; without one, whoever updates is not known by name and may be anybody
 */
export function bucketPolicy(bucketArn: string, deployRoleArn: string | undefined) {
  const everybody = { Effect: "Deny", Principal: "*" };
  const tlsOnly = {
    Sid: "TlsOnly",
    ...everybody,
    Action: "s3:*",
    Resource: [bucketArn, `${bucketArn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
  const deployerOnly = {
    Sid: "ChangedByTheDeployerOnly",
    ...everybody,
    Action: ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"],
    Resource: `${bucketArn}/*`,
    Condition: { ArnNotEquals: { "aws:PrincipalArn": deployRoleArn } },
  };
  return { Version: "2012-10-17", Statement: deployRoleArn === undefined ? [tlsOnly] : [tlsOnly, deployerOnly] };
}
