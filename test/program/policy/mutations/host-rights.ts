import { edit, set } from "../support/mutate.ts";
import { statement, statements } from "../support/statements.ts";
import type { Mutation } from "../support/table.ts";

const _bucketPolicy = "aws:s3/bucketPolicy:BucketPolicy";
const _secretPolicy = "aws:secretsmanager/secretPolicy:SecretPolicy";
const _key = "aws:kms/key:Key";
const rolePolicy = "aws:iam/rolePolicy:RolePolicy";
const role = "aws:iam/role:Role";
const endpoint = "aws:ec2/vpcEndpoint:VpcEndpoint";

const deployers = ["changes-are-the-deployers"];
const narrow = ["rights-are-narrow"];
/** Allows reading every secret. */
const readsAll = { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: "*" };

/** The rights of the host's role and endpoints. */
export const hostRights: readonly Mutation[] = [
  ["sender", "the role has no boundary", ["roles-are-bounded"], set(role, { permissionsBoundary: undefined })],
  [
    "sender",
    "the role has another boundary",
    ["roles-are-bounded"],
    set(role, { permissionsBoundary: "arn:aws:iam::aws:policy/AdministratorAccess" }),
  ],
  [
    "receiver",
    "the configuration names no boundary",
    ["roles-are-bounded"],
    (it) => {
      delete (it.deployed.configuration.account as { permissionsBoundary?: string }).permissionsBoundary;
    },
  ],
  [
    "sender",
    "the host may read every secret",
    narrow.concat(deployers),
    edit(
      rolePolicy,
      statements((all) => all.push(readsAll)),
    ),
  ],
  [
    "sender",
    "the host may create access keys",
    narrow,
    edit(
      rolePolicy,
      statements((all) =>
        all.push({ Effect: "Allow", Action: "iam:CreateAccessKey", Resource: "arn:aws:iam::111111111111:user/x" }),
      ),
    ),
  ],
  [
    "sender",
    "the host may write releases",
    narrow,
    edit(
      rolePolicy,
      statement("ReadReleases", (one) => {
        one.Action = "s3:PutObject";
      }),
    ),
  ],
  [
    "sender",
    "the host may read another host's releases",
    narrow,
    edit(
      rolePolicy,
      statement("ReadReleases", (one) => {
        one.Resource[2] = one.Resource[2].replace("releases/sender", "releases/receiver");
      }),
    ),
  ],
  [
    "sender",
    "the host's rights apply in another network",
    deployers,
    edit(
      rolePolicy,
      statement("ReadOwnSecret", (one) => {
        one.Condition.StringEquals["aws:SourceVpc"] = "vpc-0123456789abcdef0";
      }),
    ),
  ],
  [
    "sender",
    "the host's rights apply in two networks",
    narrow.concat(deployers),
    edit(
      rolePolicy,
      statement("ReadOwnSecret", (one) => {
        one.Condition.StringEquals["aws:SourceVpc"] = [
          one.Condition.StringEquals["aws:SourceVpc"],
          "vpc-0123456789abcdef0",
        ];
      }),
    ),
  ],
  [
    "sender",
    "the host's rights apply outside any VPC",
    narrow,
    edit(
      rolePolicy,
      statement("ReadOwnSecret", (one) => {
        one.Condition = { StringEqualsIfExists: one.Condition.StringEquals };
      }),
    ),
  ],
  [
    "sender",
    "the host may read another secret",
    deployers,
    edit(
      rolePolicy,
      statement("ReadOwnSecret", (one) => {
        one.Resource = one.Resource.replace("AbCdEf", "FeDcBa");
      }),
    ),
  ],
  [
    "sender",
    "the host may use another key",
    deployers,
    edit(
      rolePolicy,
      statement("OpenOwnSecret", (one) => {
        one.Resource = "arn:aws:kms:eu-west-1:111111111111:key/2";
      }),
    ),
  ],
  [
    "sender",
    "ECS tasks may also assume the host's role",
    narrow,
    edit(role, (props) => {
      props.assumeRolePolicy = props.assumeRolePolicy.replace(
        '"ec2.amazonaws.com"',
        '["ec2.amazonaws.com","ecs-tasks.amazonaws.com"]',
      );
    }),
  ],
  [
    "sender",
    "the host's role has inline policies",
    narrow,
    set(role, { inlinePolicies: [{ name: "more", policy: JSON.stringify({ Statement: [readsAll] }) }] }),
  ],
  [
    "sender",
    "an endpoint admits other buckets",
    narrow,
    edit(
      endpoint,
      statements(([one]) => {
        one.Resource = "*";
      }),
      "sender-s3",
    ),
  ],
  [
    "sender",
    "an endpoint admits writes to the bucket",
    narrow,
    edit(
      endpoint,
      statements(([one]) => {
        one.Action = ["s3:GetObject", "s3:PutObject"];
      }),
      "sender-s3",
    ),
  ],
];
