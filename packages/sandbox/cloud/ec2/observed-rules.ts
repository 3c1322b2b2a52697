/**
 * Security group rules as the AWS API tells them. The API is the truth about rules, whoever made them: Pulumi, or a
 * person with a command line at three in the morning.
 */
import type { SecurityGroupRule } from "@aws-sdk/client-ec2";
import { LinkError } from "@metrics-link/contract";
import type { FirewallRule } from "../../model/topology.ts";
import type { Scope } from "../aws-resource-type.ts";
import type { ObservedRule } from "../resource.ts";
import { tagMap } from "../tags.ts";

/** The rules of some groups of an account, or of one rule id. */
export async function observe(scope: Scope, groupIds: readonly string[]): Promise<ObservedRule[]> {
  if (groupIds.length === 0) return [];
  const answer = await scope.aws.ec2.describeSecurityGroupRules({
    Filters: [{ Name: "group-id", Values: [...groupIds] }],
  });
  return (answer.SecurityGroupRules ?? []).map(toObserved);
}

function toObserved(rule: SecurityGroupRule): ObservedRule {
  const peer = rule.ReferencedGroupInfo?.GroupId;
  return {
    id: rule.SecurityGroupRuleId ?? "",
    groupId: rule.GroupId ?? "",
    egress: rule.IsEgress ?? false,
    protocol: rule.IpProtocol ?? "-1",
    fromPort: rule.FromPort ?? -1,
    toPort: rule.ToPort ?? -1,
    ...(rule.CidrIpv4 === undefined ? {} : { cidrIpv4: rule.CidrIpv4 }),
    ...(peer === undefined ? {} : { referencedSecurityGroupId: peer }),
    ...(rule.PrefixListId === undefined ? {} : { prefixListId: rule.PrefixListId }),
    ...(rule.Description === undefined ? {} : { description: rule.Description }),
    tags: tagMap(rule.Tags),
  };
}

/** The rule as the realiser enforces it. */
export function toFirewallRule(rule: ObservedRule): FirewallRule {
  const protocol = rule.protocol === "-1" ? "all" : rule.protocol;
  if (protocol !== "tcp" && protocol !== "udp" && protocol !== "icmp" && protocol !== "all") {
    throw new LinkError("SANDBOX_REFUSED", {
      what: `${rule.id} of ${rule.groupId} has protocol "${protocol}", which is not modelled`,
      next: "use tcp, udp, icmp or all",
    });
  }
  const ports = protocol === "tcp" || protocol === "udp" ? { ports: { from: rule.fromPort, to: rule.toPort } } : {};
  return { protocol, ...ports, peer: peerOf(rule) };
}

function peerOf(rule: ObservedRule): FirewallRule["peer"] {
  if (rule.cidrIpv4 !== undefined) return { kind: "cidr", cidr: rule.cidrIpv4 };
  if (rule.prefixListId !== undefined) return { kind: "prefix-list", id: rule.prefixListId };
  if (rule.referencedSecurityGroupId !== undefined) {
    return { kind: "security-group", id: rule.referencedSecurityGroupId };
  }
  throw new LinkError("SANDBOX_REFUSED", {
    what: `${rule.id} of ${rule.groupId} has no IPv4 peer, and IPv6 is not modelled`,
  });
}
