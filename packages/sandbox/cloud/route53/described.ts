/** Answers to an audit's questions about a DNS firewall: moto has none. As Route 53 Resolver's API returns them. */
import type { Answer, Call } from "../../services/front/query.ts";
import type { Scope } from "../aws-resource-type.ts";
import { firewallAssociation, firewallConfig } from "./firewall-association.ts";
import { domainsOf, firewallDomainList } from "./firewall-domain-list.ts";
import { firewallRule, firewallRuleGroup } from "./firewall-rule-group.ts";

/** By operation. */
export const resolverCalls = {
  ListFirewallRuleGroupAssociations: (scope: Scope, { VpcId }: Call["parameters"]): Answer => ({
    FirewallRuleGroupAssociations: associations(scope)
      .filter(({ inputs }) => VpcId === undefined || inputs.vpcId === VpcId)
      .map(associationOf),
  }),
  // After the change, which `changed.ts` has made.
  UpdateFirewallRuleGroupAssociation: (
    scope: Scope,
    { FirewallRuleGroupAssociationId = "" }: Call["parameters"],
  ): Answer => ({
    FirewallRuleGroupAssociation: associationOf(scope.get(firewallAssociation, FirewallRuleGroupAssociationId)),
  }),
  ListFirewallRules: (scope: Scope, { FirewallRuleGroupId = "" }: Call["parameters"]): Answer => ({
    FirewallRules: scope
      .list(firewallRule)
      .filter(({ inputs }) => inputs.firewallRuleGroupId === scope.get(firewallRuleGroup, FirewallRuleGroupId).id)
      .map(({ inputs }) => ({
        Name: inputs.name,
        FirewallRuleGroupId,
        FirewallDomainListId: inputs.firewallDomainListId,
        Priority: inputs.priority,
        Action: inputs.action,
        BlockResponse: inputs.blockResponse,
        FirewallDomainRedirectionAction: inputs.firewallDomainRedirectionAction,
      })),
  }),
  ListFirewallDomains: (scope: Scope, { FirewallDomainListId = "" }: Call["parameters"]): Answer => ({
    Domains: domainsOf(scope.get(firewallDomainList, FirewallDomainListId).inputs),
  }),
  GetFirewallConfig: (scope: Scope, { ResourceId = "" }: Call["parameters"]): Answer => {
    const own = scope.list(firewallConfig).find(({ inputs }) => inputs.resourceId === ResourceId);
    return {
      FirewallConfig: {
        Id: own?.id,
        ResourceId,
        OwnerId: scope.account,
        FirewallFailOpen: own?.inputs.firewallFailOpen ?? "DISABLED",
      },
    };
  },
};

const associations = (scope: Scope) => scope.list(firewallAssociation);

function associationOf({ id, inputs }: ReturnType<typeof associations>[number]): Answer {
  return {
    Id: id,
    Name: inputs.name,
    FirewallRuleGroupId: inputs.firewallRuleGroupId,
    VpcId: inputs.vpcId,
    Priority: inputs.priority,
    MutationProtection: inputs.mutationProtection,
    Status: "COMPLETE",
  };
}
