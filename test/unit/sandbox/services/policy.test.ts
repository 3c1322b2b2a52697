import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { bucketPolicy, secretPolicy } from "@metrics-link/host/cloud/policies.ts";

/** One request against policies, as policy.py's `allowed` takes them. */
interface Case {
  readonly what: string;
  readonly expected: boolean | "not modelled";
  readonly identity?: unknown[];
  readonly resourcePolicy?: unknown;
  readonly action?: string;
  readonly resource?: string;
  readonly account?: string;
  readonly context?: Record<string, string>;
  readonly principal?: Record<string, string>;
  readonly trust?: boolean;
  readonly boundary?: unknown;
  readonly decides?: boolean;
}

const me = "arn:aws:sts::111111111111:assumed-role/host/i-1";
const myRole = "arn:aws:iam::111111111111:role/host";
const object = "arn:aws:s3:::bucket/tools/a.tgz";
const document = (...Statement: object[]) => ({ Version: "2012-10-17", Statement });
const allow = (more: object = {}) => document({ Effect: "Allow", Action: "*", Resource: "*", ...more });
const deny = (more: object = {}) => document({ Effect: "Deny", Action: "*", Resource: "*", ...more });
const everyone = { Principal: "*" };
const insecure = { Condition: { Bool: { "aws:SecureTransport": "false" } } };

const cases: Case[] = [
  { what: "nothing allows it", expected: false },
  { what: "an allow", identity: [allow()], expected: true },
  { what: "a deny beats an allow", identity: [allow(), deny()], expected: false },
  { what: "actions in any case", identity: [allow({ Action: "S3:getobject" })], expected: true },
  { what: "an action pattern", identity: [allow({ Action: ["s3:Put*", "s3:Get?bject"] })], expected: true },
  { what: "another action", identity: [allow({ Action: "s3:PutObject" })], expected: false },
  { what: "a dot is no pattern", identity: [allow({ Resource: "arn:aws:s3:::bucket/tools/aXtgz" })], expected: false },
  { what: "a resource pattern", identity: [allow({ Resource: ["arn:aws:s3:::bucket/tools/*"] })], expected: true },
  { what: "another resource", identity: [allow({ Resource: "arn:aws:s3:::bucket/agent/*" })], expected: false },
  { what: "NotAction", identity: [document({ Effect: "Allow", NotAction: "iam:*", Resource: "*" })], expected: true },
  { what: "NotResource", identity: [document({ Effect: "Allow", Action: "*", NotResource: object })], expected: false },
  { what: "one statement instead of a list", identity: [{ Statement: allow().Statement[0] }], expected: true },
  {
    what: "a TLS-only bucket policy lets TLS through",
    identity: [allow()],
    resourcePolicy: deny({ ...everyone, ...insecure }),
    context: { "aws:SecureTransport": "true" },
    expected: true,
  },
  {
    what: "a TLS-only bucket policy stops plain HTTP",
    identity: [allow()],
    resourcePolicy: deny({ ...everyone, ...insecure }),
    context: { "aws:SecureTransport": "false" },
    expected: false,
  },
  {
    what: "an allow whose condition fails",
    identity: [allow({ Condition: { StringEquals: { "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com" } } })],
    expected: false,
  },
  {
    what: "an allow whose condition holds by one of two values",
    identity: [allow({ Condition: { StringEquals: { "kms:ViaService": ["a", "b"] } } })],
    context: { "kms:ViaService": "b" },
    expected: true,
  },
  {
    what: "all operators must hold",
    identity: [
      allow({ Condition: { StringEquals: { "kms:ViaService": "b" }, Bool: { "aws:SecureTransport": "true" } } }),
    ],
    context: { "kms:ViaService": "b", "aws:SecureTransport": "false" },
    expected: false,
  },
  {
    what: "a negated operator holds for an absent key",
    identity: [allow(), deny({ Condition: { StringNotEquals: { "aws:SourceVpce": "vpce-1" } } })],
    expected: false,
  },
  {
    what: "IfExists holds for an absent key",
    identity: [allow({ Condition: { StringEqualsIfExists: { "aws:SourceVpce": "vpce-1" } } })],
    expected: true,
  },
  {
    what: "Null asks for absence",
    identity: [allow({ Condition: { Null: { "aws:SourceVpce": "true" } } })],
    context: { "aws:SourceVpce": "vpce-1" },
    expected: false,
  },
  {
    what: "addresses by network",
    identity: [allow({ Condition: { IpAddress: { "aws:SourceIp": "203.0.113.0/24" } } })],
    context: { "aws:SourceIp": "203.0.113.10" },
    expected: true,
  },
  {
    what: "an operator that is not modelled",
    identity: [allow({ Condition: { BinaryEquals: { "aws:SourceVpce": "x" } } })],
    expected: "not modelled",
  },
  {
    what: "a key that is not modelled",
    identity: [allow({ Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } })],
    expected: "not modelled",
  },
  { what: "a bucket policy for my role", resourcePolicy: allow({ Principal: { AWS: myRole } }), expected: true },
  { what: "a bucket policy for my session", resourcePolicy: allow({ Principal: { AWS: [me] } }), expected: true },
  {
    what: "a bucket policy for my account leaves it to identity policies",
    resourcePolicy: allow({ Principal: { AWS: "arn:aws:iam::111111111111:root" } }),
    expected: false,
  },
  { what: "another account's bucket without a policy", account: "222222222222", identity: [allow()], expected: false },
  {
    what: "another account's bucket that lets my account in",
    account: "222222222222",
    identity: [allow()],
    resourcePolicy: allow({ Principal: { AWS: "111111111111" } }),
    expected: true,
  },
  {
    what: "another account's bucket that lets everyone in, without my own account's word",
    account: "222222222222",
    resourcePolicy: allow(everyone),
    expected: false,
  },
  {
    what: "a key whose policy does not name my account",
    decides: true,
    identity: [allow()],
    resourcePolicy: allow({ Principal: { AWS: "arn:aws:iam::111111111111:role/other" } }),
    expected: false,
  },
  {
    what: "a key whose policy leaves it to my account",
    decides: true,
    identity: [allow()],
    resourcePolicy: allow({ Principal: { AWS: "arn:aws:iam::111111111111:root" } }),
    expected: true,
  },
  {
    what: "a role that trusts EC2, for EC2",
    trust: true,
    decides: true,
    action: "sts:AssumeRole",
    identity: [allow()],
    principal: { service: "ec2.amazonaws.com" },
    resourcePolicy: {
      Statement: { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } },
    },
    expected: true,
  },
  {
    what: "a role that trusts EC2, for a person",
    trust: true,
    decides: true,
    action: "sts:AssumeRole",
    identity: [allow()],
    resourcePolicy: {
      Statement: { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } },
    },
    expected: false,
  },
];

const bounded = { identity: [allow()], boundary: allow({ Action: ["s3:Get*"] }) };
cases.push(
  { what: "what the boundary allows as well", ...bounded, expected: true },
  { what: "what the boundary leaves out", ...bounded, action: "s3:PutObject", expected: false },
  { what: "what the boundary alone allows", boundary: allow(), expected: false },
  {
    what: "what the boundary denies",
    identity: [allow()],
    boundary: document(allow().Statement[0] ?? {}, deny().Statement[0] ?? {}),
    expected: false,
  },
  {
    what: "a bucket policy past the boundary",
    ...bounded,
    resourcePolicy: allow({ Principal: { AWS: myRole } }),
    action: "s3:PutObject",
    expected: false,
  },
);

// The product's own policies, for callers that no test can be.
const bucket = "arn:aws:s3:::metrics-link-sender-111111111111-eu-west-1";
const deployer = "arn:aws:iam::111111111111:role/ci/deploy";
const host = "arn:aws:iam::111111111111:role/metrics-link-sender-eu-west-1";
const secret = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:metrics-link/sender/release-AbCdEf";
const tls = { "aws:SecureTransport": "true" };
const who = (arn: string) => ({ ...tls, "aws:PrincipalArn": arn });
const atTheBucket = { identity: [allow()], resourcePolicy: bucketPolicy(bucket, deployer), resource: `${bucket}/x` };
const ofTheSecret = { identity: [allow()], resourcePolicy: secretPolicy({ host, deployer }), resource: secret };
const writes = ["PutObject", "ReplicateObject", "ReplicateDelete", "ReplicateTags", "BypassGovernanceRetention"];
for (const action of [...writes, "ObjectOwnerOverrideToBucketOwner", "WhateverComesNext"].map((one) => `s3:${one}`)) {
  cases.push(
    { what: `${action} by another role`, ...atTheBucket, action, context: who(myRole), expected: false },
    {
      what: `${action} by the account's root user`,
      ...atTheBucket,
      action,
      context: who("arn:aws:iam::111111111111:root"),
      expected: false,
    },
    {
      what: `${action} by a service-linked role`,
      ...atTheBucket,
      action,
      context: who("arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/X"),
      expected: false,
    },
    {
      what: `${action} by an AWS service, which has no PrincipalArn`,
      ...atTheBucket,
      action,
      context: tls,
      expected: false,
    },
    { what: `${action} by the deployer`, ...atTheBucket, action, context: who(deployer), expected: true },
  );
}
cases.push(
  {
    what: "a role of the deployer's name in another path",
    ...atTheBucket,
    action: "s3:PutObject",
    context: who("arn:aws:iam::111111111111:role/deploy"),
    expected: false,
  },
  {
    what: "a replication role of another account",
    ...atTheBucket,
    action: "s3:ReplicateObject",
    account: "222222222222",
    context: who(myRole),
    expected: false,
  },
  {
    what: "a lifecycle by another role",
    ...atTheBucket,
    resource: bucket,
    action: "s3:PutLifecycleConfiguration",
    context: who(myRole),
    expected: false,
  },
  { what: "a read by another role", ...atTheBucket, context: who(myRole), expected: true },
  {
    what: "the value, for the host",
    ...ofTheSecret,
    action: "secretsmanager:GetSecretValue",
    context: who(host),
    expected: true,
  },
  {
    what: "the value of a replica, for another role",
    ...ofTheSecret,
    resource: secret.replace("eu-west-1", "us-east-1"),
    action: "secretsmanager:GetSecretValue",
    context: who(myRole),
    expected: false,
  },
  {
    what: "a version, by the host",
    ...ofTheSecret,
    action: "secretsmanager:PutSecretValue",
    context: who(host),
    expected: false,
  },
  {
    what: "what comes next, by another role",
    ...ofTheSecret,
    action: "secretsmanager:WhateverComesNext",
    context: who(myRole),
    expected: false,
  },
  {
    what: "what comes next, by the deployer",
    ...ofTheSecret,
    action: "secretsmanager:WhateverComesNext",
    context: who(deployer),
    expected: true,
  },
);

const program = `
import json, sys
import policy
verdicts = []
for case in json.load(sys.stdin):
    principal = policy.Principal(**{"account": "111111111111", "arn": "${me}", "role_arn": "${myRole}", **case.get("principal", {})})
    request = policy.Request(principal, case.get("action", "s3:GetObject"), case.get("resource", "${object}"),
                             case.get("account", "111111111111"), case.get("context", {}))
    try:
        verdicts.append(policy.allowed(case.get("identity", []), case.get("resourcePolicy"), request,
                                       case.get("trust", False), case.get("decides", False), case.get("boundary")))
    except policy.NotModelled:
        verdicts.append("not modelled")
print(json.dumps(verdicts))
`;

describe("evaluation of IAM policies", () => {
  let verdicts: unknown[] = [];

  before(() => {
    const cwd = fileURLToPath(new URL("../../../../packages/sandbox/services/moto", import.meta.url));
    verdicts = JSON.parse(
      execFileSync("python3", ["-B", "-c", program], { cwd, input: JSON.stringify(cases) }).toString(),
    );
  });

  cases.forEach(({ what, expected }, index) => {
    it(`${expected === true ? "allows" : expected === false ? "refuses" : "does not judge"}: ${what}`, () => {
      assert.equal(verdicts[index], expected);
    });
  });
});
