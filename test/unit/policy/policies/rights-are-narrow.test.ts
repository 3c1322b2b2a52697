import { instancePolicy, instanceTrustPolicy } from "@metrics-link/host/cloud/policies.ts";
import { endpointPolicy } from "@metrics-link/network/endpoint-policies.ts";
import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const account = { id: "111111111111", region: "eu-west-1" };
const bucket = "metrics-link-sender-111111111111-eu-west-1";
const secret = "metrics-link/sender/release";

const rights = instancePolicy({
  hostName: "sender",
  account,
  partition: "aws",
  bucketArn: `arn:aws:s3:::${bucket}`,
  secretArn: `arn:aws:secretsmanager:eu-west-1:111111111111:secret:${secret}-AbCdEf`,
  keyArn: "arn:aws:kms:eu-west-1:111111111111:key/01234567-89ab-cdef-0123-456789abcdef",
  vpcId: "vpc-1",
});
/** The host's rights with its first statement changed. */
const changed = (change: object) => {
  const [first, ...rest] = rights.Statement;
  return policy({ ...rights, Statement: [{ ...first, ...change }, ...rest] });
};
const policy = (document: object) => resource(types.rolePolicy, { policy: JSON.stringify(document) });
const role = (Principal: object, more: object = {}) => {
  const [Statement] = instanceTrustPolicy.Statement;
  const document = { Version: "2012-10-17", Statement: { ...Statement, Principal } };
  return resource(types.role, { assumeRolePolicy: JSON.stringify(document), ...more });
};
const endpoint = (service: string, change: object = {}) => {
  const document = endpointPolicy("s3", { account, buckets: [bucket], secrets: [secret] });
  const Statement = document.Statement.map((one) => ({ ...one, ...change }));
  return resource(types.vpcEndpoint, {
    serviceName: `com.amazonaws.eu-west-1.${service}`,
    policy: JSON.stringify({ ...document, Statement }),
  });
};
const ec2 = { Service: "ec2.amazonaws.com" };

specify("rights-are-narrow", {
  passes: {
    "the host's rights": policy(rights),
    "the same in another order, by lists of one": policy({
      ...rights,
      Statement: rights.Statement.toReversed().map(({ Sid: _, ...one }) => ({ ...one, Action: [one.Action].flat() })),
    }),
    EC2: role(ec2),
    "the endpoint of S3": endpoint("s3"),
  },
  fails: {
    "every action": [changed({ Action: "s3:*" }), /ReadReleases is not known/],
    "one extra action": [changed({ Action: ["s3:GetObject", "s3:PutObject"] }), /ReadReleases is not known/],
    "every resource": [changed({ Resource: "*" }), /ReadReleases is not known/],
    "all but one": [changed({ Action: undefined, NotAction: "iam:CreateUser" }), /is not known/],
    "rights that travel": [changed({ Condition: undefined }), /is not known/],
    "a statement less": [policy({ ...rights, Statement: rights.Statement.slice(1) }), /no statement is .*s3:GetObject/],
    "the same twice": [policy({ ...rights, Statement: rights.Statement.concat(rights.Statement) }), /is not known/],
    "another version": [policy({ ...rights, Version: "2008-10-17" }), /version is "2008-10-17"/],
    "a key that is unknown": [policy({ ...rights, Other: 1 }), /it has Other/],
    "a duplicate key": [
      resource(types.rolePolicy, { policy: '{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}' }),
      /cannot be read: Map keys must be unique/,
    ],
    "no JSON": [resource(types.rolePolicy, { policy: "Version: 2012-10-17" }), /cannot be read/],
    "another account": [role({ AWS: "arn:aws:iam::333333333333:root" }), /is not known/],
    "two services": [role({ Service: ["ec2.amazonaws.com", "lambda.amazonaws.com"] }), /is not known/],
    "a managed policy": [role(ec2, { managedPolicyArns: ["arn"] }), /managed or inline policies/],
    "an endpoint without a policy": [
      resource(types.vpcEndpoint, { serviceName: "com.amazonaws.eu-west-1.s3" }),
      /lets through everything/,
    ],
    "an endpoint for everybody": [endpoint("s3", { Condition: undefined }), /OnlyWhatHostsDo is not known/],
    "an endpoint for another service": [endpoint("sts"), /no policy is known for the endpoint/],
    "an endpoint with another's policy": [endpoint("ssm"), /is not known/],
  },
  undecidable: {
    "a document that is not known": resource(types.rolePolicy, { policy: unknown }),
  },
});
