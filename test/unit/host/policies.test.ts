import assert from "node:assert/strict";
import { bucketPolicy } from "@metrics-link/host/bucket-policy.ts";
import { instancePolicy, instanceTrustPolicy } from "@metrics-link/host/instance-policy.ts";
import { readersOnlyPolicy } from "@metrics-link/host/secret-policy.ts";

const bucketArn = "arn:aws:s3:::metrics-link-sender-111111111111-eu-west-1";
const secretArn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:metrics-link/sender/release-AbCdEf";
const keyArn = "arn:aws:kms:eu-west-1:111111111111:key/01234567-89ab-cdef-0123-456789abcdef";

describe("policies of a host", () => {
  it("the role may read its own releases, its own secret, and hear commands; nothing else", () => {
    const policy = instancePolicy({
      hostName: "sender",
      account: { id: "111111111111", region: "eu-west-1" },
      partition: "aws",
      bucketArn,
      secretArn,
      keyArn,
      vpcId: "vpc-1",
    });
    const fromHome = { Condition: { StringEquals: { "aws:SourceVpc": "vpc-1" } } };
    assert.deepEqual(policy, {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "ReadReleases",
          Effect: "Allow",
          Action: "s3:GetObject",
          Resource: [`${bucketArn}/tools/*`, `${bucketArn}/agent/*`, `${bucketArn}/releases/sender/*`],
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
              "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com",
              "kms:EncryptionContext:SecretARN": secretArn,
            },
          },
        },
        {
          Sid: "Register",
          Effect: "Allow",
          Action: "ssm:UpdateInstanceInformation",
          Resource: "arn:aws:ec2:eu-west-1:111111111111:instance/*",
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
    });
  });

  it("only EC2 gives the role out", () => {
    assert.deepEqual(instanceTrustPolicy.Statement, [
      { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
    ]);
  });

  it("the bucket refuses whatever did not come by TLS, and changes by others than the deployer", () => {
    const tlsOnly = {
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [bucketArn, `${bucketArn}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    };
    assert.deepEqual(bucketPolicy(bucketArn, "arn:aws:iam::111111111111:role/deploy").Statement, [
      tlsOnly,
      {
        Sid: "ChangedByTheDeployerOnly",
        Effect: "Deny",
        Principal: "*",
        Action: ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"],
        Resource: `${bucketArn}/*`,
        Condition: { ArnNotEquals: { "aws:PrincipalArn": "arn:aws:iam::111111111111:role/deploy" } },
      },
    ]);
    assert.deepEqual(bucketPolicy(bucketArn, undefined).Statement, [tlsOnly]);
  });

  it("the secret's value is for its readers, whatever others' policies say", () => {
    const readers = ["arn:aws:iam::111111111111:role/host", "arn:aws:iam::111111111111:role/deploy"];
    assert.deepEqual(readersOnlyPolicy(secretArn, readers).Statement, [
      {
        Sid: "ReadersOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "secretsmanager:GetSecretValue",
        Resource: secretArn,
        Condition: { ArnNotEquals: { "aws:PrincipalArn": readers } },
      },
    ]);
  });
});
