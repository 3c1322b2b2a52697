/** Route 53 Resolver: the DNS firewall. Sources: terraform-provider-aws, internal/service/route53resolver. */
import { about, by, type Call, type Calls, call, created, type Kind, lists, own, when } from "./call.ts";

const service = "route53resolver";

/** AWS looks for the VPC with the rights of whoever configures its firewall (developer guide, "Permissions"). */
const looksForVpc = lists("ec2", "DescribeVpcs");

/** A creation with tags asks for TagResource on what is made. */
const makes = (action: string, kind: Kind): Call[] => [
  call(`${service}:${action}`, created(kind)),
  call(`${service}:TagResource`, created(kind)),
];
const resolver = (kind: Kind, ...names: readonly string[]) => about(own(kind), service, ...names);
const retags = (kind: Kind): Call[] => when(["tags"], ...resolver(kind, "TagResource", "UntagResource"));

const [list, group, association] = [
  "firewall-domain-list",
  "firewall-rule-group",
  "firewall-rule-group-association",
] as const;

/** A rule has no ARN: AWS compares its group and its list with policies. */
const rule = (name: string): Call =>
  call(`${service}:${name}`, by("firewallRuleGroupId", group), by("firewallDomainListId", list));
const updateConfig = [call(`${service}:UpdateFirewallConfig`, own("firewall-config")), ...looksForVpc];

export const names: Readonly<Record<string, Calls>> = {
  "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": {
    create: [...makes("CreateFirewallDomainList", list), ...resolver(list, "UpdateFirewallDomains")],
    read: resolver(list, "GetFirewallDomainList", "ListFirewallDomains", "ListTagsForResource"),
    update: [...when(["domains"], ...resolver(list, "UpdateFirewallDomains")), ...retags(list)],
    delete: resolver(list, "DeleteFirewallDomainList"),
  },
  "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup": {
    create: makes("CreateFirewallRuleGroup", group),
    read: resolver(group, "GetFirewallRuleGroup", "ListTagsForResource"),
    update: retags(group),
    delete: resolver(group, "DeleteFirewallRuleGroup"),
  },
  "aws:route53/resolverFirewallRule:ResolverFirewallRule": {
    create: [rule("CreateFirewallRule")],
    read: [call(`${service}:ListFirewallRules`, by("firewallRuleGroupId", group))],
    update: when(
      ["action", "blockResponse", "firewallDomainRedirectionAction", "name", "priority"],
      rule("UpdateFirewallRule"),
    ),
    delete: [rule("DeleteFirewallRule")],
  },
  "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": {
    create: [...makes("AssociateFirewallRuleGroup", association), ...looksForVpc],
    read: resolver(association, "GetFirewallRuleGroupAssociation", "ListTagsForResource"),
    update: [
      ...when(
        ["mutationProtection", "name", "priority"],
        ...resolver(association, "UpdateFirewallRuleGroupAssociation"),
      ),
      ...retags(association),
    ],
    delete: resolver(association, "DisassociateFirewallRuleGroup"),
  },
  "aws:route53/resolverFirewallConfig:ResolverFirewallConfig": {
    create: updateConfig,
    // By its id there is no other call (firewall_config.go, findFirewallConfigByID).
    read: lists(service, "ListFirewallConfigs"),
    update: when(["firewallFailOpen"], ...updateConfig),
    // It is set back to what AWS begins with.
    delete: updateConfig,
  },
};
