import { add, set } from "../policy/support/mutate.ts";
import { type Malicious, policy } from "./table.ts";

const rolePolicy = "aws:iam/rolePolicy:RolePolicy";
const bucketPolicy = "aws:s3/bucketPolicy:BucketPolicy";
const secretPolicy = "aws:secretsmanager/secretPolicy:SecretPolicy";
const endpoint = "aws:ec2/vpcEndpoint:VpcEndpoint";
const allow = (Action: string, Resource = "*") => ({ Sid: "More", Effect: "Allow", Action, Resource });
const stranger = "arn:aws:iam::666666666666:root";

/** Changes of rights in AWS. */
export const iam: readonly Malicious[] = [
  [
    "receiver",
    "the host's role may read every secret",
    "receiver-policy",
    /policy\.Statement.*secretsmanager:GetSecretValue/s,
    (it) => policy(it, rolePolicy, "receiver-policy", (all) => all.push(allow("secretsmanager:GetSecretValue"))),
  ],
  [
    "receiver",
    "the host's role may create access keys",
    "receiver-policy",
    /policy\.Statement.*iam:CreateAccessKey/s,
    (it) => policy(it, rolePolicy, "receiver-policy", (all) => all.push(allow("iam:CreateAccessKey"))),
  ],
  [
    "receiver",
    "aws:SourceVpc names another network",
    "receiver-policy",
    /policy\.Statement.*SourceVpc.*vpc-evil/s,
    (it) =>
      policy(it, rolePolicy, "receiver-policy", (all) => {
        all[0].Condition.StringEquals["aws:SourceVpc"] = ["receiver-vpc-id", "vpc-evil"];
      }),
  ],
  [
    "receiver",
    "NotAction replaces Action",
    "receiver-policy",
    /policy\.Statement.*NotAction/s,
    (it) =>
      policy(it, rolePolicy, "receiver-policy", (all) => {
        all[0].NotAction = "s3:DeleteObject";
        delete all[0].Action;
      }),
  ],
  [
    "receiver",
    "the host may write releases",
    "receiver-policy",
    /policy\.Statement.*s3:PutObject/s,
    (it) =>
      policy(it, rolePolicy, "receiver-policy", (all) => {
        all[0].Action = ["s3:GetObject", "s3:PutObject"];
      }),
  ],
  [
    "receiver",
    "EC2 in any account may assume the host's role",
    "receiver-role",
    /assumeRolePolicy.*666666666666/s,
    (it) =>
      policy(it, "aws:iam/role:Role", "receiver-role", (all) =>
        all.push({ Effect: "Allow", Principal: { AWS: stranger }, Action: "sts:AssumeRole" }),
      ),
  ],
  [
    "receiver",
    "the role has an additional managed policy",
    "receiver-role",
    /managedPolicyArns.*AdministratorAccess/s,
    set("aws:iam/role:Role", { managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] }),
  ],
  [
    "receiver",
    "the role's sessions last longer",
    "receiver-role",
    /maxSessionDuration/,
    set("aws:iam/role:Role", { maxSessionDuration: 43_200 }),
  ],
  [
    "receiver",
    "the instance has another profile",
    "receiver-instance",
    /iamInstanceProfile.*admin/,
    set("aws:ec2/instance:Instance", { iamInstanceProfile: "admin" }),
  ],
  [
    "receiver",
    "the bucket's policy admits another account",
    "receiver-bucket-policy",
    /policy\.Statement.*666666666666/s,
    (it) =>
      policy(it, bucketPolicy, "receiver-bucket-policy", (all) =>
        all.push({ Sid: "More", Effect: "Allow", Principal: { AWS: stranger }, Action: "s3:GetObject", Resource: "*" }),
      ),
  ],
  [
    "receiver",
    "the bucket's policy has no Deny",
    "receiver-bucket-policy",
    /policy\.Statement.*Deny/s,
    (it) =>
      policy(it, bucketPolicy, "receiver-bucket-policy", (all) => {
        all.pop();
      }),
  ],
  [
    "receiver",
    "the bucket's Deny exempts one more writer",
    "receiver-bucket-policy",
    /policy\.Statement.*PrincipalArn.*666666666666/s,
    (it) =>
      policy(it, bucketPolicy, "receiver-bucket-policy", (all) => {
        all.at(-1).Condition.ArnNotEquals = {
          "aws:PrincipalArn": ["arn:aws:iam::222222222222:role/metrics-link-deploy", stranger],
        };
      }),
  ],
  [
    "receiver",
    "the secret's policy has no Deny",
    "receiver-secret-readers",
    /policy\.Statement.*Deny/s,
    (it) =>
      policy(it, secretPolicy, "receiver-secret-readers", (all) => {
        all.splice(0, all.length, {
          Sid: "None",
          Effect: "Allow",
          Principal: { AWS: "222222222222" },
          Action: "secretsmanager:DescribeSecret",
          Resource: "*",
        });
      }),
  ],
  [
    "receiver",
    "another account may read the secret",
    "receiver-secret-readers",
    /policy\.Statement.*666666666666/s,
    (it) =>
      policy(it, secretPolicy, "receiver-secret-readers", (all) =>
        all.push({
          Sid: "More",
          Effect: "Allow",
          Principal: { AWS: stranger },
          Action: "secretsmanager:GetSecretValue",
          Resource: "*",
        }),
      ),
  ],
  [
    "receiver",
    "the endpoint admits any bucket",
    "receiver-s3",
    /policy\.Statement.*Resource/s,
    (it) =>
      policy(it, endpoint, "receiver-s3", (all) => {
        all[0].Resource = "*";
      }),
  ],
  [
    "receiver",
    "the endpoint admits any account's principals",
    "receiver-s3",
    /policy\.Statement.*Condition/s,
    (it) =>
      policy(it, endpoint, "receiver-s3", (all) => {
        delete all[0].Condition;
      }),
  ],
  [
    "receiver",
    "the endpoint has no policy",
    "receiver-ssm",
    /policy/,
    set(endpoint, { policy: undefined }, "receiver-ssm"),
  ],
  [
    "receiver",
    "the key's policy admits another account",
    "receiver-key",
    /policy.*666666666666/s,
    set("aws:kms/key:Key", {
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { AWS: stranger }, Action: "kms:*", Resource: "*" }],
      }),
    }),
  ],
  [
    "receiver",
    "a grant on the key is added",
    "added",
    /granteePrincipal/,
    add("aws:kms/grant:Grant", { keyId: "1", granteePrincipal: stranger, operations: ["Decrypt"] }),
  ],
  [
    "receiver",
    "an IAM user is added",
    "added",
    /registerResource/,
    add("aws:iam/user:User", { name: "metrics-link-metrics" }),
  ],
];
