import { bucketPolicy, keyPolicy, secretPolicy } from "@metrics-link/host/cloud/policies.ts";
import { types } from "@metrics-link/policy/model/resources.ts";
import { configurationOf, resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const { account } = configurationOf("sender");
const deployer = account.assumeRole ?? "";
const host = "arn:aws:iam::111111111111:role/metrics-link-sender-eu-west-1";
const bucketName = "metrics-link-sender-111111111111-eu-west-1";
const secretArn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:metrics-link/sender/release-AbCdEf";

const bucket = resource(types.bucket, { bucket: bucketName });
const ofBucket = (document: object = bucketPolicy(`arn:aws:s3:::${bucketName}`, deployer)) =>
  resource(types.bucketPolicy, { bucket: bucketName, policy: JSON.stringify(document) });
const secret = resource(types.secret, { arn: secretArn });
const ofSecret = (document: object = secretPolicy({ host, deployer })) =>
  resource(types.secretPolicy, { secretArn, policy: JSON.stringify(document) });
const key = (document: object = keyPolicy("arn:aws:iam::111111111111:root", { host, deployer })) =>
  resource(types.key, { policy: JSON.stringify(document) });
const rights = (Condition: object) =>
  resource(types.rolePolicy, {
    policy: JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action: "x", Condition } }),
  });
const subnet = resource(types.subnet, { vpcId: "vpc-1" });

specify("changes-are-the-deployers", {
  passes: {
    "a bucket": [bucket, ofBucket()],
    "a secret": [secret, ofSecret()],
    "a key": key(),
    "rights in the stack's own network": [subnet, rights({ StringEquals: { "aws:SourceVpc": "vpc-1" } })],
  },
  fails: {
    "a bucket without a policy": [[bucket], /0 policies instead of one/],
    "a bucket with two": [[bucket, ofBucket(), ofBucket()], /2 policies instead of one/],
    "a bucket that refuses clear text alone": [
      [bucket, ofBucket(bucketPolicy(`arn:aws:s3:::${bucketName}`, undefined))],
      /no statement is .*NotAction/,
    ],
    "another bucket's policy": [
      [bucket, ofBucket(bucketPolicy("arn:aws:s3:::another", deployer))],
      /ChangedByTheDeployerOnly is not known/,
    ],
    "another deployer": [
      [bucket, ofBucket(bucketPolicy(`arn:aws:s3:::${bucketName}`, `${deployer}-2`))],
      /ChangedByTheDeployerOnly is not known/,
    ],
    "a secret without a policy": [[secret], /0 policies instead of one/],
    "a secret for another host": [
      [secret, ofSecret(secretPolicy({ host: `${host}-2`, deployer }))],
      /ReadersOnly is not known/,
    ],
    "a key without a policy": [resource(types.key, {}), /no policy of its own/],
    "a key for another host": [
      key(keyPolicy("arn:aws:iam::111111111111:root", { host: deployer, deployer })),
      /ReadersOnly/,
    ],
    "a key of another account": [key(keyPolicy("arn:aws:iam::333333333333:root", { host, deployer })), /RightsAreIam/],
    "rights in another network": [
      [subnet, rights({ StringEquals: { "aws:SourceVpc": "vpc-2" } })],
      /network vpc-2, which is not this stack's/,
    ],
  },
  undecidable: {
    "a policy that is not known": [bucket, resource(types.bucketPolicy, { bucket: bucketName, policy: unknown })],
  },
});

describe("without account.assumeRole", () => {
  specify("changes-are-the-deployers", {
    configuration: { account: { id: account.id, region: account.region } },
    passes: { "a stack that waits for its ceremony": [] },
    fails: {
      "a bucket": [[bucket, ofBucket()], /account.assumeRole is not set/],
      "a key": [key(), /account.assumeRole is not set/],
    },
    undecidable: {},
  });
});
