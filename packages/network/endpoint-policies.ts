/** What hosts of a network may ask of AWS, by names that are known before any of it exists. */
export interface Reach {
  readonly account: { readonly id: string; readonly region: string };
  /** Buckets that hosts read from. */
  readonly buckets: readonly string[];
  /** Secrets that hosts read. */
  readonly secrets: readonly string[];
}

/** The AWS services that hosts talk to, by the names that their endpoints have. */
export type EndpointService = "s3" | "secretsmanager" | "ssm" | "ssmmessages";

/**
 * What an endpoint lets through: what a host does there, by principals of this account, and nothing else. It gives no
 * right to anybody, that is what roles are for. It keeps whoever is on a host from carrying something out with
 * credentials of another account, to a bucket of another account, or in by the same way.
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
      // Control channels know no resources.
      ssmmessages: {
        Action: ["ssmmessages:CreateControlChannel", "ssmmessages:OpenControlChannel"],
        Resource: "*",
      },
    };
  // The ARN of a bucket names no account.
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
