/** The DNS firewall of a VPC in the topology. */
import type { DnsRule } from "../../model/topology.ts";
import { firewallAssociation } from "../route53/firewall-association.ts";
import { domainsOf, firewallDomainList } from "../route53/firewall-domain-list.ts";
import { firewallRule } from "../route53/firewall-rule-group.ts";
import type { Record } from "./record.ts";

/** The rules of all groups of a VPC in the order in which the resolver asks them. */
export function dnsRulesOf(record: Record, vpcId: string): DnsRule[] {
  const byPriority = <Item extends { readonly inputs: { readonly priority: number } }>(items: readonly Item[]) =>
    items.toSorted((one, other) => one.inputs.priority - other.inputs.priority);
  return byPriority(record.where(firewallAssociation, (inputs) => inputs.vpcId === vpcId)).flatMap(({ inputs }) =>
    byPriority(record.where(firewallRule, (rule) => rule.firewallRuleGroupId === inputs.firewallRuleGroupId)).map(
      ({ inputs: rule }): DnsRule => ({
        domains: domainsOf(record.find(firewallDomainList, rule.firewallDomainListId)?.inputs ?? {}),
        answer: rule.action !== "BLOCK" ? "pass" : rule.blockResponse === "NXDOMAIN" ? "NXDOMAIN" : "NODATA",
        trustsRedirection: rule.firewallDomainRedirectionAction === "TRUST_REDIRECTION_DOMAIN",
      }),
    ),
  );
}
