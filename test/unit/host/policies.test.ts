import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  bucketPolicy,
  instancePolicy,
  instanceTrustPolicy,
  keyPolicy,
  reads,
  secretPolicy,
} from "@metrics-link/host/cloud/policies.ts";

const bucketArn = "arn:aws:s3:::metrics-link-sender-111111111111-eu-west-1";
const secretArn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:metrics-link/sender/release-AbCdEf";
const keyArn = "arn:aws:kms:eu-west-1:111111111111:key/01234567-89ab-cdef-0123-456789abcdef";

const deployer = "arn:aws:iam::111111111111:role/deploy";
const host = "arn:aws:iam::111111111111:role/host";
const sample = {
  hostName: "sender",
  account: { id: "111111111111", region: "eu-west-1" },
  partition: "aws",
  bucketArn,
  secretArn,
  keyArn,
  vpcId: "vpc-1",
};

describe("policies of a host", () => {
  it("the role may only read its own releases and secret, and receive commands", () => {
    const policy = instancePolicy(sample);
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

  it("only EC2 may assume the role", () => {
    assert.deepEqual(instanceTrustPolicy.Statement, [
      { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
    ]);
  });

  it("the bucket denies requests without TLS, and changes by anybody but the deployer", () => {
    const tlsOnly = {
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [bucketArn, `${bucketArn}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    };
    assert.deepEqual(bucketPolicy(bucketArn, deployer).Statement, [
      tlsOnly,
      {
        Sid: "ChangedByTheDeployerOnly",
        Effect: "Deny",
        Principal: "*",
        NotAction: reads.bucket,
        Resource: [bucketArn, `${bucketArn}/*`],
        Condition: { ArnNotEquals: { "aws:PrincipalArn": deployer } },
      },
    ]);
    assert.deepEqual(bucketPolicy(bucketArn, undefined).Statement, [tlsOnly]);
  });

  it("only the readers get the secret's value and its key, and only the deployer changes them", () => {
    const deny = { Effect: "Deny", Principal: "*" };
    const others = (NotAction: readonly string[]) => ({
      Sid: "ChangedByTheDeployerOnly",
      ...deny,
      NotAction,
      Resource: "*",
      Condition: { ArnNotEquals: { "aws:PrincipalArn": deployer } },
    });
    const readersOnly = (Action: string) => ({
      Sid: "ReadersOnly",
      ...deny,
      Action,
      Resource: "*",
      Condition: { ArnNotEquals: { "aws:PrincipalArn": [host, deployer] } },
    });
    assert.deepEqual(secretPolicy({ host, deployer }).Statement, [
      readersOnly("secretsmanager:GetSecretValue"),
      others(reads.secret),
    ]);
    const account = "arn:aws:iam::111111111111:root";
    assert.deepEqual(keyPolicy(account, { host, deployer }).Statement, [
      {
        Sid: "RightsAreIamPolicies",
        Effect: "Allow",
        Principal: { AWS: account },
        Action: "kms:*",
        Resource: "*",
      },
      readersOnly("kms:Decrypt"),
      others(reads.key),
    ]);
  });

  it("read actions are listed by their full names, and only read", () => {
    for (const action of Object.values(reads).flat()) {
      assert.match(action, /^(s3|secretsmanager|kms):(Get|List|Describe|Decrypt$)[A-Za-z]*$/);
    }
  });
});

describe("the policies for an account's administrators", () => {
  const read = (name: string) => readFileSync(new URL(`../../../stacks/iam/${name}.json`, import.meta.url), "utf8");
  const statements = (name: string): Statement[] => JSON.parse(read(name)).Statement;
  interface Statement {
    readonly Effect: string;
    readonly Action: string | string[];
    readonly Resource: string | string[];
    readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  }
  const covers = (pattern: string, arn: string) =>
    new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`).test(arn);

  it("fit into a managed policy in the region with the longest name", () => {
    for (const name of ["host-boundary", "deploy-role"]) {
      const text = read(name).replaceAll(/\s/g, "").replaceAll("eu-west-1", "ap-southeast-2");
      // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
      assert.ok(text.length <= 6144, `${name} has ${text.length} characters`);
    }
  });

  it("bound a host to the actions of its own policy", () => {
    const own = instancePolicy(sample).Statement;
    const bounds = statements("host-boundary");
    assert.deepEqual(bounds.flatMap(({ Action }) => Action).toSorted(), own.flatMap(({ Action }) => Action).toSorted());
    for (const { Action, Resource } of own) {
      const [bound] = bounds.filter((one) => `${one.Action}` === `${Action}`);
      for (const arn of [Resource].flat()) {
        assert.ok(
          [bound?.Resource ?? []].flat().some((pattern) => covers(pattern, arn)),
          `${Action} on ${arn}`,
        );
      }
    }
  });

  it("let the deployer grant rights only within the boundary, and roles only to the service that they are for", () => {
    const giving = /^iam:(Create|Put|Attach|Update|Add|Pass|\*)/;
    for (const { Action, Resource, Condition } of statements("deploy-role").filter(
      ({ Effect }) => Effect === "Allow",
    )) {
      const given = [Action].flat().filter((one) => giving.test(one));
      for (const action of given) {
        const condition = Condition?.StringEquals ?? {};
        if (action === "iam:PassRole") {
          const ofHosts = Resource === "arn:aws:iam::111111111111:role/metrics-link-*-eu-west-1";
          if (!ofHosts) assert.equal(Resource, "arn:aws:iam::111111111111:role/metrics-link-snapshots");
          assert.equal(condition["iam:PassedToService"], ofHosts ? "ec2.amazonaws.com" : "dlm.amazonaws.com");
        } else if (/^iam:(CreateRole|Put)/.test(action)) {
          const boundary = "arn:aws:iam::111111111111:policy/metrics-link-host-boundary";
          assert.equal(condition["iam:PermissionsBoundary"], boundary, action);
        } else {
          // None of these gives a right: profiles, tags, trust, descriptions, and the balancer's own role.
          assert.match(action, /InstanceProfile$|TagRole$|^iam:Update(AssumeRolePolicy|Role\*)$|ServiceLinkedRole$/);
        }
      }
    }
  });
});
