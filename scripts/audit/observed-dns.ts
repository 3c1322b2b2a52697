import {
  type FirewallRule,
  GetFirewallConfigCommand,
  ListFirewallDomainsCommand,
  ListFirewallRuleGroupAssociationsCommand,
  ListFirewallRulesCommand,
  Route53ResolverClient,
} from "@aws-sdk/client-route53resolver";
import type { Facts } from "@metrics-link/audit";
import { type ClientConfiguration, whole } from "./aws.ts";
import type { Places } from "./declared-facts.ts";
import { dnsTexts } from "./fact-texts.ts";

/** Every rule group at work in the network, whoever associated it, with its rules and their names. */
export async function dnsNow(configuration: ClientConfiguration, { vpcId }: Places): Promise<Facts> {
  const client = new Route53ResolverClient(configuration);
  const [found, { FirewallConfig }] = await Promise.all([
    client.send(new ListFirewallRuleGroupAssociationsCommand({ VpcId: vpcId })),
    client.send(new GetFirewallConfigCommand({ ResourceId: vpcId })),
  ]);
  whole("associations of DNS firewalls", found.NextToken);
  const groups = found.FirewallRuleGroupAssociations ?? [];
  const rules = await Promise.all(groups.map(({ FirewallRuleGroupId = "" }) => rulesOf(client, FirewallRuleGroupId)));
  return [
    ...groups.map(({ FirewallRuleGroupId = "", Priority, MutationProtection = "not told" }) =>
      dnsTexts.group(FirewallRuleGroupId, Priority, MutationProtection),
    ),
    ...rules.flat(),
    dnsTexts.failOpen(FirewallConfig?.FirewallFailOpen ?? "not told"),
  ];
}

async function rulesOf(client: Route53ResolverClient, FirewallRuleGroupId: string): Promise<Facts> {
  const { FirewallRules = [], NextToken } = await client.send(new ListFirewallRulesCommand({ FirewallRuleGroupId }));
  whole(`rules of ${FirewallRuleGroupId}`, NextToken);
  return Promise.all(
    FirewallRules.map(async (rule) =>
      dnsTexts.rule(FirewallRuleGroupId, rule.Priority, actionOf(rule), await domainsOf(client, rule)),
    ),
  );
}

const actionOf = ({ Action, BlockResponse, FirewallDomainRedirectionAction, Qtype }: FirewallRule): string =>
  [Action, BlockResponse, FirewallDomainRedirectionAction, Qtype && `for ${Qtype}`].filter(Boolean).join(" ");

/** An advanced rule of AWS has no list. */
async function domainsOf(client: Route53ResolverClient, { FirewallDomainListId }: FirewallRule): Promise<string[]> {
  if (FirewallDomainListId === undefined) return ["what AWS takes for a threat"];
  const { Domains = [], NextToken } = await client.send(new ListFirewallDomainsCommand({ FirewallDomainListId }));
  whole(`domains of ${FirewallDomainListId}`, NextToken);
  return Domains;
}
