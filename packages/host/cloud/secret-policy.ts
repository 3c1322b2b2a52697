import { changedByTheDeployerOnly, reads } from "./reads.ts";

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
