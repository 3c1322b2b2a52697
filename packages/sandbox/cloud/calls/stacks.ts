/** Which policies whoever deploys a stack needs. */
import { type Call, lists, type Place } from "./call.ts";
import { callsOfLife, callsOfReading, type Document, documentOf, grantsOf } from "./policies.ts";
import { auditCalls, exchangePreflightCalls, hostCalls, preflightCalls } from "./reading.ts";

export type StackRole = "exchange" | "sender" | "receiver";

/** The types of resources that each stack makes. A test compares them with what the program registers. */
const host = [
  "aws:dlm/lifecyclePolicy:LifecyclePolicy",
  "aws:ebs/volume:Volume",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  "aws:ec2/instance:Instance",
  "aws:ec2/internetGateway:InternetGateway",
  "aws:ec2/route:Route",
  "aws:ec2/routeTable:RouteTable",
  "aws:ec2/routeTableAssociation:RouteTableAssociation",
  "aws:ec2/securityGroup:SecurityGroup",
  "aws:ec2/subnet:Subnet",
  "aws:ec2/volumeAttachment:VolumeAttachment",
  "aws:ec2/vpc:Vpc",
  "aws:ec2/vpcEndpoint:VpcEndpoint",
  "aws:iam/instanceProfile:InstanceProfile",
  "aws:iam/role:Role",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:kms/alias:Alias",
  "aws:kms/key:Key",
  "aws:route53/resolverFirewallConfig:ResolverFirewallConfig",
  "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList",
  "aws:route53/resolverFirewallRule:ResolverFirewallRule",
  "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup",
  "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation",
  "aws:s3/bucket:Bucket",
  "aws:s3/bucketObjectv2:BucketObjectv2",
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketVersioning:BucketVersioning",
  "aws:secretsmanager/secret:Secret",
  "aws:secretsmanager/secretPolicy:SecretPolicy",
  "aws:secretsmanager/secretVersion:SecretVersion",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  "command:local:Command",
];
export const typesOf: Readonly<Record<StackRole, readonly string[]>> = {
  exchange: ["aws:ec2/eip:Eip"],
  sender: [...host, "aws:ec2/natGateway:NatGateway"],
  receiver: [
    ...host,
    "aws:lb/listener:Listener",
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:lb/targetGroup:TargetGroup",
    "aws:lb/targetGroupAttachment:TargetGroupAttachment",
  ],
};

/** What the program asks AWS before it makes anything: whether it may take over what it is told to (stacks/adoption.ts). */
const ofAddresses = lists("ec2", "DescribeAddresses", "DescribeNetworkInterfaces", "DescribeVpcs");
const ofHosts = [...ofAddresses, ...lists("ec2", "DescribeInstances", "DescribeSnapshots", "DescribeVolumes")];
export const lookUps: Readonly<Record<StackRole, readonly Call[]>> = {
  exchange: ofAddresses,
  sender: ofHosts,
  receiver: ofHosts,
};

/** What a stack keeps, whatever happens to it (`retainOnDelete`): no deployer may delete these. */
export const keptTypes: readonly string[] = ["aws:ebs/volume:Volume", "aws:ec2/eip:Eip"];

/** A managed policy has 6,144 characters at most: the rights of a stack with a host are more than one. */
const parts: Readonly<Record<string, RegExp>> = {
  network: /^ec2:/,
  balancer: /^elasticloadbalancing:/,
  names: /^route53resolver:/,
  services: /^(?!ec2:|elasticloadbalancing:|route53resolver:)/,
};

/**
 * The policies of whoever deploys a stack, by the name of the file in docs/iam. One that keeps its own addresses needs those of
 * its exchange besides.
 */
export function deployerPolicies(role: StackRole, place: Omit<Place, "role">): Readonly<Record<string, Document>> {
  const calls = [...lookUps[role], ...callsOfLife(typesOf[role], keptTypes)];
  const grants = calls.flatMap((call) => grantsOf(call, { ...place, role }));
  if (role === "exchange") return { "deployer-exchange": documentOf(grants) };
  const documents = Object.entries(parts)
    .map(([part, ours]) => [`deployer-${role}-${part}`, grants.filter(({ action }) => ours.test(action))] as const)
    .filter(([, some]) => some.length > 0);
  return Object.fromEntries(documents.map(([name, some]) => [name, documentOf(some)]));
}

/** Whoever refreshes it reads the private keys; the secret's own policy refuses that to everybody but the deployer. */
const deployersOwn = ["aws:secretsmanager/secretVersion:SecretVersion"];

/** The policies of whoever preflights and audits a stack, and changes nothing. Only the second one reaches a host. */
export function readerPolicies(role: StackRole, place: Omit<Place, "role">): Readonly<Record<string, Document>> {
  const documentFor = (...some: readonly Call[]) =>
    documentOf(some.flatMap((call) => grantsOf(call, { ...place, role })));
  const reads = [...lookUps[role], ...callsOfReading(typesOf[role].filter((type) => !deployersOwn.includes(type)))];
  if (role === "exchange") return { "reader-exchange": documentFor(...reads, ...exchangePreflightCalls) };
  return {
    [`reader-${role}`]: documentFor(...reads, ...preflightCalls, ...auditCalls),
    [`auditor-of-hosts-${role}`]: documentFor(...hostCalls),
  };
}
