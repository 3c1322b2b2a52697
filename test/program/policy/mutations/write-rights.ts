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
/** Reads everything of Secrets Manager. */
const readsAll = { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: "*" };

/** Who may write, and who may read what is secret: the policies of bucket, secret and key. */
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
    "anybody may give the bucket a lifecycle",
    deployers,
    edit(
      bucketPolicy,
      others((one) => one.NotAction.push("s3:PutLifecycleConfiguration")),
    ),
  ],
  [
    "receiver",
    "anybody may give the bucket a notification",
    deployers,
    edit(
      bucketPolicy,
      others((one) => one.NotAction.push("s3:PutBucketNotification")),
    ),
  ],
  [
    "sender",
    "writes are listed instead of reads",
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
    "every read is one by a star",
    deployers,
    edit(
      bucketPolicy,
      others((one) => one.NotAction.push("s3:*")),
    ),
  ],
  [
    "sender",
    "the bucket itself is left out",
    deployers,
    edit(
      bucketPolicy,
      others((one) => one.Resource.shift()),
    ),
  ],
  [
    "sender",
    "one more deploys",
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
    "every role deploys",
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
    "AWS' services are let out of the refusal",
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
    "a role without an ARN is let out of the refusal",
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
    "one principal is let out of the refusal",
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
    "a stranger reads the bucket",
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
    "the bucket's policy has a key twice",
    deployers,
    edit(bucketPolicy, (props) => {
      props.policy = props.policy.replace('"NotAction":', '"NotAction":["s3:*"],"NotAction":');
    }),
  ],
  [
    "sender",
    "the bucket's policy is of another version",
    deployers,
    edit(bucketPolicy, (props) => {
      props.policy = props.policy.replace("2012-10-17", "2008-10-17");
    }),
  ],
  ["sender", "the secret has no policy", deployers, remove(secretPolicy)],
  [
    "receiver",
    "a stranger reads the secret",
    deployers,
    edit(
      secretPolicy,
      statements((all) => all.push({ ...readsAll, Principal: { AWS: stranger } })),
    ),
  ],
  [
    "sender",
    "one more role reads the secret",
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
    "another role than the host's reads the secret",
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
    "the secret's refusal names the primary alone",
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
    "changes of the secret are anybody's",
    deployers,
    edit(
      secretPolicy,
      statements((all) => all.pop()),
    ),
  ],
  ["sender", "the key has no policy", deployers, set(key, { policy: undefined })],
  [
    "sender",
    "anybody may grant the key",
    deployers,
    edit(
      key,
      others((one) => one.NotAction.push("kms:CreateGrant")),
    ),
  ],
  [
    "sender",
    "a stranger uses the key",
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
    "whoever has the right decrypts",
    deployers,
    edit(
      key,
      statements((all) => all.splice(1, 1)),
    ),
  ],
  [
    "sender",
    "nobody is named who deploys",
    deployers,
    (it) => {
      delete (it.deployed.configuration.account as { assumeRole?: string }).assumeRole;
    },
  ],
];
