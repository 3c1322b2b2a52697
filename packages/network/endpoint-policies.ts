/** What the hosts of a network may access in AWS, by names that are known before the resources exist. */
export interface Reach {
  readonly account: { readonly id: string; readonly region: string };
  /** Buckets that hosts read from. */
  readonly buckets: readonly string[];
  /** Secrets that hosts read. */
  readonly secrets: readonly string[];
}

/** The AWS services that hosts call, as named by their VPC endpoints. */
export type EndpointService = "s3" | "secretsmanager" | "ssm" | "ssmmessages";

/**
 * A VPC endpoint policy that allows only the calls that a host makes, and only by principals of this account. It grants
 * no permissions; roles do. It stops someone on a host from moving data out or in with another account's credentials or
 * bucket.
 */
export function endpointPolicy(service: EndpointService, reach: Reach) {
  const { id, region } = reach.account;
  const arn = (kind: string, rest: string) => `arn:${partitionOf(region)}:${kind}:${rest}`;
  const passes: Record<EndpointService, { readonly Action: string | string[]; readonly Resource: string | string[] }> =
    {
      s3: { Action: "s3:GetObject", Resource: reach.buckets.map((bucket) => arn("s3", `::${bucket}/*`)) },
      secretsmanager: {
        Action: "secretsmanager:GetSecretValue",
        // Secrets Manager adds a hyphen and six characters to the name.
        Resource: reach.secrets.map((name) => arn("secretsmanager", `${region}:${id}:secret:${name}-??????`)),
      },
      ssm: { Action: "ssm:UpdateInstanceInformation", Resource: arn("ec2", `${region}:${id}:instance/*`) },
      // Control channels have no resource-level permissions.
      ssmmessages: {
        Action: ["ssmmessages:CreateControlChannel", "ssmmessages:OpenControlChannel"],
        Resource: "*",
      },
    };
  // A bucket ARN has no account id.
  const owner = service === "s3" ? { "aws:ResourceAccount": id } : {};
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "OnlyWhatHostsDo",
        Effect: "Allow",
        Principal: "*",
        ...passes[service],
        Condition: { StringEquals: { "aws:PrincipalAccount": id, ...owner } },
      },
    ],
  };
}

/** The first part of every ARN (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html). */
function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
