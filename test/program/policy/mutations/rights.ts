import { add, edit, set } from "../support/mutate.ts";
import type { Mutation } from "../support/table.ts";

const rolePolicy = "aws:iam/rolePolicy:RolePolicy";
const statement = (change: (one: Record<string, unknown>) => void) => (props: { policy: string }) => {
  const document = JSON.parse(props.policy);
  change(document.Statement[0]);
  props.policy = JSON.stringify(document);
};
const otherProvider = {
  type: "pulumi:providers:aws",
  name: "other",
  urn: "urn:other",
  props: { allowedAccountIds: ["111111111111"], region: "eu-west-1" },
};
const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);

/** Rights, keys and the account. */
export const rights: readonly Mutation[] = [
  [
    "sender",
    "the host may do everything to secrets",
    ["rights-are-narrow"],
    edit(
      rolePolicy,
      statement((one) => {
        one.Action = "secretsmanager:*";
      }),
    ),
  ],
  [
    "sender",
    "the host may read every bucket",
    ["rights-are-narrow"],
    edit(
      rolePolicy,
      statement((one) => {
        one.Resource = "*";
      }),
    ),
  ],
  [
    "sender",
    "the host may do everything except the listed actions",
    ["rights-are-narrow"],
    edit(
      rolePolicy,
      statement((one) => {
        one.NotAction = one.Action;
        delete one.Action;
      }),
    ),
  ],
  [
    "sender",
    "the host's rights apply outside its network",
    ["rights-are-narrow"],
    edit(
      rolePolicy,
      statement((one) => {
        delete one.Condition;
      }),
    ),
  ],
  [
    "sender",
    "another account may assume the host's role",
    ["rights-are-narrow"],
    edit("aws:iam/role:Role", (props) => {
      props.assumeRolePolicy = props.assumeRolePolicy.replace(
        '{"Service":"ec2.amazonaws.com"}',
        '{"AWS":"arn:aws:iam::333333333333:root"}',
      );
    }),
  ],
  [
    "sender",
    "the role has a managed policy",
    ["rights-are-narrow"],
    set("aws:iam/role:Role", { managedPolicyArns: ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"] }),
  ],
  [
    "sender",
    "an endpoint admits everybody",
    ["rights-are-narrow"],
    edit(
      "aws:ec2/vpcEndpoint:VpcEndpoint",
      statement((one) => {
        delete one.Condition;
      }),
      "sender-s3",
    ),
  ],
  [
    "sender",
    "an endpoint has no policy",
    ["rights-are-narrow"],
    set("aws:ec2/vpcEndpoint:VpcEndpoint", { policy: undefined }, "sender-ssm"),
  ],
  [
    "sender",
    "an endpoint without a policy leads to a third-party service",
    ["rights-are-narrow", "endpoints-are-declared"],
    add("aws:ec2/vpcEndpoint:VpcEndpoint", {
      serviceName: "com.amazonaws.vpce.eu-west-1.vpce-svc-0fedcba9876543210",
    }),
  ],
  [
    "receiver",
    "the configuration no longer names an endpoint service",
    ["rights-are-narrow", "endpoints-are-declared"],
    (it) => {
      it.deployed.configuration.network.endpointServices = [];
    },
  ],
  [
    "sender",
    "the bucket's policy allows everybody to read",
    ["changes-are-the-deployers", "bucket-is-tls-only"],
    edit(
      "aws:s3/bucketPolicy:BucketPolicy",
      statement((one) => {
        one.Effect = "Allow";
        one.Action = "s3:GetObject";
        delete one.Condition;
      }),
    ),
  ],
  [
    "sender",
    "the secret is encrypted with AWS's own key",
    ["secrets-have-their-own-key"],
    set("aws:secretsmanager/secret:Secret", { kmsKeyId: undefined }),
  ],
  [
    "sender",
    "the key does not rotate",
    ["secrets-have-their-own-key"],
    set("aws:kms/key:Key", { enableKeyRotation: false }),
  ],
  [
    "sender",
    "the provider is bound to another account",
    ["account-is-bound"],
    edit("aws:ec2/vpc:Vpc", (_, resource) => {
      resource.provider = { ...otherProvider, props: { allowedAccountIds: ["333333333333"], region: "eu-west-1" } };
    }),
  ],
  [
    "sender",
    "the provider is bound to no account",
    ["account-is-bound"],
    edit("aws:ec2/vpc:Vpc", (_, resource) => {
      resource.provider = { ...otherProvider, props: { region: "eu-west-1" } };
    }),
  ],
  [
    "sender",
    "a default provider is used",
    ["account-is-bound"],
    edit("aws:ec2/vpc:Vpc", (_, resource) => {
      resource.provider = { ...otherProvider, name: "default_7_48_0" };
    }),
  ],
  [
    "sender",
    "the network is peered with another VPC",
    ["types-are-known"],
    add("aws:ec2/vpcPeeringConnection:VpcPeeringConnection", { peerVpcId: "vpc-1" }),
  ],
  [
    "sender",
    "a security group rule of the older resource type is created",
    ["types-are-known"],
    add("aws:ec2/securityGroupRule:SecurityGroupRule", { type: "ingress", cidrBlocks: ["0.0.0.0/0"] }),
  ],
  [
    "sender",
    "a deviation names no policy",
    ["deviations-are-written"],
    (it) => {
      it.deployed.configuration.policy.deviations.push({
        policy: "no-such-policy",
        reason: "because it was said so",
        until: tomorrow(),
      });
    },
  ],
  ["sender", "an IAM user is created", ["types-are-known"], add("aws:iam/user:User", { name: "backdoor" })],
];
