import { integer, string } from "../../plugins/rpc/schema.ts";
import { AwsError } from "../aws-error.ts";
import { awsResourceType, type Scope } from "../aws-resource-type.ts";
import { tagInput, tagOutput } from "../tags.ts";
import { given, known } from "../values.ts";
import { firewallDomainList, firewallNameFault } from "./firewall-domain-list.ts";

const name = string({ autoname: { maxLength: 64 }, validate: firewallNameFault });

/** Rules of a DNS firewall, which filter nothing until the group is associated with a VPC. */
export const firewallRuleGroup = awsResourceType({
  type: "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup",
  inputs: {
    name: string({ autoname: { maxLength: 64 }, replaceOnChange: true, validate: firewallNameFault }),
    ...tagInput,
  },
  outputs: {
    arn: string({ required: true }),
    ownerId: string({ required: true }),
    shareStatus: string({ required: true }),
    ...tagOutput,
  },
  blockedBy: {
    types: [
      "aws:route53/resolverFirewallRule:ResolverFirewallRule",
      "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation",
    ],
    code: "ConflictException",
    message: (id, by) => `The rule group '${id}' is still used by ${by}`,
  },

  async create(scope, inputs) {
    const id = scope.newId("rslvr-frg");
    return {
      id,
      outputs: {
        arn: scope.arn("route53resolver", `firewall-rule-group/${id}`),
        ownerId: scope.account,
        shareStatus: "NOT_SHARED",
        tagsAll: inputs.tags ?? {},
      },
    };
  },

  async update(_scope, { outputs }, news) {
    return { outputs: { ...outputs, tagsAll: news.tags ?? {} } };
  },
});

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html: 100 rules in a rule group. */
const MOST_RULES = 100;

/** A rule on a domain list. Advanced rules, other query types and overriding answers are not modelled. */
export const firewallRule = awsResourceType({
  type: "aws:route53/resolverFirewallRule:ResolverFirewallRule",
  inputs: {
    action: string({ required: true, oneOf: ["ALLOW", "ALERT", "BLOCK"] }),
    blockResponse: string({ oneOf: ["NODATA", "NXDOMAIN"] }),
    firewallDomainListId: string({ required: true, replaceOnChange: true }),
    firewallDomainRedirectionAction: string({
      default: "INSPECT_REDIRECTION_DOMAIN",
      oneOf: ["INSPECT_REDIRECTION_DOMAIN", "TRUST_REDIRECTION_DOMAIN"],
    }),
    firewallRuleGroupId: string({ required: true, replaceOnChange: true }),
    name,
    priority: integer({ required: true }),
  },
  outputs: { firewallThreatProtectionId: string() },

  check(inputs) {
    const action = known(inputs.action);
    if (action === undefined) return [];
    const has = given(inputs.blockResponse);
    if (has === (action === "BLOCK")) return [];
    return [{ property: "blockResponse", reason: has ? `is not for ${action}` : "is required for BLOCK" }];
  },

  async create(scope, inputs) {
    refuseRule(scope, inputs);
    return { id: `${inputs.firewallRuleGroupId}:${inputs.firewallDomainListId}`, outputs: {} };
  },

  async update(scope, { id, outputs }, news) {
    refuseRule(scope, news, id);
    return { outputs };
  },
});

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_CreateFirewallRule.html */
function refuseRule(
  scope: Scope,
  inputs: {
    readonly firewallRuleGroupId: string;
    readonly firewallDomainListId: string;
    readonly priority: number;
  },
  ownId?: string,
): void {
  scope.get(firewallRuleGroup, inputs.firewallRuleGroupId);
  scope.get(firewallDomainList, inputs.firewallDomainListId);
  const rivals = scope
    .list(firewallRule)
    .filter((rule) => rule.id !== ownId && rule.inputs.firewallRuleGroupId === inputs.firewallRuleGroupId);
  const rival = rivals.find((rule) => rule.inputs.priority === inputs.priority);
  if (rival !== undefined) {
    throw new AwsError("ConflictException", `Priority ${inputs.priority} is already used by rule ${rival.inputs.name}`);
  }
  if (rivals.some((rule) => rule.inputs.firewallDomainListId === inputs.firewallDomainListId)) {
    throw new AwsError("ConflictException", `The group has a rule on ${inputs.firewallDomainListId} already`);
  }
  if (rivals.length >= MOST_RULES)
    throw new AwsError("LimitExceededException", `a group has at most ${MOST_RULES} rules`);
}
