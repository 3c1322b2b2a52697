import type { ResourceRule } from "../model/policy.ts";
import { types } from "../model/types.ts";

export const balancerIsFenced: ResourceRule = {
  kind: "resource",
  name: "balancer-is-fenced",
  fence: "address",
  rule: "The load balancer is a network one with a security group from its first moment, and protected from deletion.",
  reason: "A network load balancer that was made without a group can never be given one, and lets everybody in.",
  remedy: "Set loadBalancerType to network, securityGroups to one group, and enableDeletionProtection to true.",
  source:
    "docs/architecture.md, fence 1; AWS ELB User Guide, Security groups for Network Load Balancers; AWS Security Hub ELB.6",
  types: [types.loadBalancer],
  *check({ props }) {
    if (props.loadBalancerType !== "network") yield `loadBalancerType is ${props.loadBalancerType ?? "not set"}`;
    if ((props.securityGroups ?? []).length !== 1)
      yield `${(props.securityGroups ?? []).length} security groups instead of one`;
    if (props.enableDeletionProtection !== true) yield "enableDeletionProtection is not true";
    if (props.enforceSecurityGroupInboundRulesOnPrivateLinkTraffic === "off") {
      yield "the group does not count for PrivateLink";
    }
  },
};
