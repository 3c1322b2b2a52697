import { edit, remove, set } from "../support/mutate.ts";
import { others, statement, statements } from "../support/statements.ts";
import type { Mutation } from "../support/table.ts";

const bucketPolicy = "aws:s3/bucketPolicy:BucketPolicy";
const secretPolicy = "aws:secretsmanager/secretPolicy:SecretPolicy";
const key = "aws:kms/key:Key";
const _rolePolicy = "aws:iam/rolePolicy:RolePolicy";
const _role = "aws:iam/role:Role";
const stranger = "arn:aws:iam::333333333333:root";

const deployers = ["changes-are-the-deployers"];
/** Allows reading every secret. */
const readsAll = { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: "*" };

/** The policies of bucket, secret and key: who may write, and who may read the secret. */
export const writeRights: readonly Mutation[] = [
  [
    "sender",
    "anybody may replicate into the bucket",
    deployers,
    edit(
      bucketPolicy,
      others((one) => one.NotAction.push("s3:ReplicateObject")),
    ),
  ],
  [
    "sender",
    "anybody may set the bucket's lifecycle",
    deployers,
    edit(
      bucketPolicy,
      others((one) => one.NotAction.push("s3:PutLifecycleConfiguration")),
    ),
  ],
  [
    "receiver",
    "anybody may set the bucket's notifications",
    deployers,
    edit(
      bucketPolicy,
      others((one) => one.NotAction.push("s3:PutBucketNotification")),
    ),
  ],
  [
    "sender",
    "the bucket's deny lists writes instead of reads",
    deployers,
    edit(
      bucketPolicy,
      others((one) => {
        delete one.NotAction;
        one.Action = ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"];
      }),
    ),
  ],
  [
    "sender",
    "the bucket's deny excludes every action by a wildcard",
    deployers,
    edit(
      bucketPolicy,
      others((one) => one.NotAction.push("s3:*")),
    ),
  ],
  [
    "sender",
    "the bucket's deny omits the bucket itself",
    deployers,
    edit(
      bucketPolicy,
      others((one) => one.Resource.shift()),
    ),
  ],
  [
    "sender",
    "one more role is exempt from the bucket's deny",
    deployers,
    edit(
      bucketPolicy,
      others((one) => {
        one.Condition.ArnNotEquals["aws:PrincipalArn"] = [
          one.Condition.ArnNotEquals["aws:PrincipalArn"],
          "arn:aws:iam::111111111111:role/ci",
        ];
      }),
    ),
  ],
  [
    "sender",
    "every role is exempt from the bucket's deny",
    deployers,
    edit(
      bucketPolicy,
      others((one) => {
        one.Condition.ArnNotEquals["aws:PrincipalArn"] = "arn:aws:iam::111111111111:role/*";
      }),
    ),
  ],
  [
    "sender",
    "AWS services are exempt from the bucket's deny",
    deployers,
    edit(
      bucketPolicy,
      others((one) => {
        one.Condition.Bool = { "aws:PrincipalIsAWSService": "false" };
      }),
    ),
  ],
  [
    "sender",
    "callers without an ARN are exempt from the bucket's deny",
    deployers,
    edit(
      bucketPolicy,
      others((one) => {
        one.Condition.ArnNotEqualsIfExists = one.Condition.ArnNotEquals;
        delete one.Condition.ArnNotEquals;
      }),
    ),
  ],
  [
    "sender",
    "one principal is exempt from the bucket's deny",
    deployers,
    edit(
      bucketPolicy,
      others((one) => {
        delete one.Principal;
        one.NotPrincipal = { AWS: stranger };
      }),
    ),
  ],
  [
    "receiver",
    "another account may read the bucket",
    deployers,
    edit(
      bucketPolicy,
      statements((all) =>
        all.push({ Effect: "Allow", Principal: { AWS: stranger }, Action: "s3:GetObject", Resource: "*" }),
      ),
    ),
  ],
  [
    "sender",
    "the bucket's policy has a duplicate key",
    deployers,
    edit(bucketPolicy, (props) => {
      props.policy = props.policy.replace('"NotAction":', '"NotAction":["s3:*"],"NotAction":');
    }),
  ],
  [
    "sender",
    "the bucket's policy has another version",
    deployers,
    edit(bucketPolicy, (props) => {
      props.policy = props.policy.replace("2012-10-17", "2008-10-17");
    }),
  ],
  ["sender", "the secret has no policy", deployers, remove(secretPolicy)],
  [
    "receiver",
    "another account may read the secret",
    deployers,
    edit(
      secretPolicy,
      statements((all) => all.push({ ...readsAll, Principal: { AWS: stranger } })),
    ),
  ],
  [
    "sender",
    "one more role may read the secret",
    deployers,
    edit(
      secretPolicy,
      statement("ReadersOnly", (one) =>
        one.Condition.ArnNotEquals["aws:PrincipalArn"].push("arn:aws:iam::111111111111:role/auditor"),
      ),
    ),
  ],
  [
    "sender",
    "another role instead of the host's may read the secret",
    deployers,
    edit(
      secretPolicy,
      statement("ReadersOnly", (one) => {
        one.Condition.ArnNotEquals["aws:PrincipalArn"][0] = "arn:aws:iam::111111111111:role/auditor";
      }),
    ),
  ],
  [
    "sender",
    "anybody may replicate the secret",
    deployers,
    edit(
      secretPolicy,
      others((one) => one.NotAction.push("secretsmanager:ReplicateSecretToRegions")),
    ),
  ],
  [
    "receiver",
    "the secret's deny names only the primary, not its replicas",
    deployers,
    edit(
      secretPolicy,
      others((one) => {
        one.Resource = "arn:aws:secretsmanager:eu-west-1:222222222222:secret:metrics-link/receiver/release-AbCdEf";
      }),
    ),
  ],
  [
    "sender",
    "anybody may change the secret",
    deployers,
    edit(
      secretPolicy,
      statements((all) => all.pop()),
    ),
  ],
  ["sender", "the key has no policy", deployers, set(key, { policy: undefined })],
  [
    "sender",
    "anybody may create a grant on the key",
    deployers,
    edit(
      key,
      others((one) => one.NotAction.push("kms:CreateGrant")),
    ),
  ],
  [
    "sender",
    "another account may use the key",
    deployers,
    edit(
      key,
      statements((all) =>
        all.push({ Effect: "Allow", Principal: { AWS: stranger }, Action: "kms:Decrypt", Resource: "*" }),
      ),
    ),
  ],
  [
    "receiver",
    "any role with the right may decrypt",
    deployers,
    edit(
      key,
      statements((all) => all.splice(1, 1)),
    ),
  ],
  [
    "sender",
    "the configuration names no deploy role",
    deployers,
    (it) => {
      delete (it.deployed.configuration.account as { assumeRole?: string }).assumeRole;
    },
  ],
];
