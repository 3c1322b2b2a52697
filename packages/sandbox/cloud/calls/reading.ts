/** What preflight and audit ask besides the reads of the provider. A test compares it with their commands. */
import { about, type Call, call, lists, own, untagged } from "./call.ts";
import { runCommand } from "./host.ts";

const bucket = (...names: readonly string[]) => about(own("bucket"), "s3", ...names);
const ec2 = (...names: readonly string[]) => lists("ec2", ...names);
const elb = (...names: readonly string[]) => lists("elasticloadbalancing", ...names);

/** `scripts/preflight`, with the role of the stack. */
export const preflightCalls: readonly Call[] = [
  ...ec2(
    ...["DescribeAddresses", "DescribeAvailabilityZones", "DescribeImages", "DescribeInstances"],
    ...["DescribeInstanceTypeOfferings", "DescribeInstanceTypes", "DescribeVpcEndpoints"],
    ...["DescribeVpcEndpointServices", "DescribeVpcs", "GetEbsDefaultKmsKeyId"],
    // Of network.connections.
    ...["DescribeTransitGatewayVpcAttachments", "DescribeVpcPeeringConnections"],
  ),
  // Of the account's default key for volumes, which is no key of this product.
  call("kms:DescribeKey", untagged("key")),
  ...lists("kms", "ListAliases"),
  ...bucket("ListBucket"),
  ...lists("servicequotas", "GetServiceQuota"),
  ...about(own("snapshot-role"), "iam", "GetRole"),
];

/** The same of an exchange stack, which has addresses alone. */
export const exchangePreflightCalls: readonly Call[] = [
  ...ec2("DescribeAddresses"),
  ...lists("servicequotas", "GetServiceQuota"),
];

/** `scripts/audit`, with the role of the stack. */
export const auditCalls: readonly Call[] = [
  ...ec2(
    ...["DescribeInstances", "DescribeRouteTables", "DescribeSecurityGroups", "DescribeSnapshots", "DescribeVolumes"],
    ...["DescribeVpcEndpoints", "DescribeVpcEndpointServiceConfigurations"],
  ),
  ...elb(
    ...["DescribeLoadBalancers", "DescribeLoadBalancerAttributes", "DescribeListeners"],
    ...["DescribeTargetGroups", "DescribeTargetGroupAttributes", "DescribeTargetHealth"],
  ),
  ...about(
    own("role"),
    "iam",
    ...["GetRole", "ListRolePolicies", "GetRolePolicy", "ListAttachedRolePolicies", "ListInstanceProfilesForRole"],
  ),
  ...about(own("key"), "kms", "DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListGrants"),
  // Whatever its tags are: one whose tag somebody has taken away is found out as well.
  call("dlm:GetLifecyclePolicy", untagged("policy")),
  // Of every rule group at work in the network, whoever associated it.
  ...lists("route53resolver", "ListFirewallRuleGroupAssociations"),
  call("route53resolver:ListFirewallRules", untagged("firewall-rule-group")),
  call("route53resolver:ListFirewallDomains", untagged("firewall-domain-list")),
  call("route53resolver:GetFirewallConfig", own("firewall-config")),
  ...bucket(
    ...["GetBucketPolicy", "GetBucketPublicAccessBlock", "GetBucketOwnershipControls", "GetBucketVersioning"],
    ...["GetEncryptionConfiguration", "GetReplicationConfiguration", "GetBucketNotification"],
    "GetLifecycleConfiguration",
  ),
];

/** How an audit asks a host, which makes whoever may do it root there. */
export const hostCalls: readonly Call[] = runCommand;
