import { add, edit, set } from "../support/mutate.ts";
import type { Mutation } from "../support/table.ts";

const kind = (name: string) => `aws:route53/resolverFirewall${name}:ResolverFirewall${name}`;

/** Fence 1: which names get an answer. */
export const dns: readonly Mutation[] = [
  [
    "sender",
    "names of a stranger's domain get answers",
    ["dns-is-fenced"],
    edit(kind("DomainList"), (props) => props.domains.push("*.outsider.example."), "sender-allowed"),
  ],
  [
    "receiver",
    "unknown names are logged and answered",
    ["dns-is-fenced"],
    set(kind("Rule"), { action: "ALERT" }, "receiver-block"),
  ],
  [
    "sender",
    "another rule lets all names through first",
    ["dns-is-fenced"],
    add(kind("Rule"), {
      action: "ALLOW",
      priority: 1,
      firewallRuleGroupId: "sender-dns-id",
      firewallDomainListId: "sender-all-id",
    }),
  ],
  [
    "sender",
    "names get answers while the firewall fails",
    ["dns-is-fenced"],
    set(kind("Config"), { firewallFailOpen: "ENABLED" }),
  ],
  [
    "receiver",
    "the firewall can be taken away in one call",
    ["dns-is-fenced"],
    set(kind("RuleGroupAssociation"), { mutationProtection: "DISABLED" }),
  ],
  [
    "sender",
    "the firewall stands in another network",
    ["dns-is-fenced"],
    set(kind("RuleGroupAssociation"), { vpcId: "vpc-2" }),
  ],
];
