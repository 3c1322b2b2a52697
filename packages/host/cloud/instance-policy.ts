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
