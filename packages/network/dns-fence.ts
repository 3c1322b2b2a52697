import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Reach } from "./endpoint-policies.ts";

export interface DnsFenceArgs {
  readonly vpcId: pulumi.Input<string>;
  /** Every name that hosts may ask for. */
  readonly names: readonly string[];
}

/**
 * The names of AWS that hosts ask for: the interface endpoints, and each bucket as curl and the SDKs address it (virtual
 * hosting). Exact names: below `amazonaws.com` anybody may have a name of his own, such as a bucket or a load balancer.
 */
export function awsNames({ account: { region }, buckets }: Reach, services: readonly string[]): string[] {
  return [
    ...services.map((service) => `${service}.${region}.amazonaws.com`),
    ...buckets.map((bucket) => `${bucket}.s3.${region}.amazonaws.com`),
  ];
}

/** Rules are asked in this order. Gaps, so that a person in need can put one between. */
const priorities = { allow: 100, block: 200 } as const;
/** The first that AWS leaves to an account; below it is Firewall Manager, so nobody else comes before. */
const associationPriority = 101;

/**
 * A Route 53 Resolver DNS Firewall: hosts of the VPC get answers for some names and no others. Security groups do not filter
 * queries to the VPC's resolver, which asks the name server of whoever owns a domain: without this, names carry data out
 * (docs/decisions/0744).
 */
export class DnsFence extends pulumi.ComponentResource {
  /** What has to be there before a host boots, else it is not fenced. */
  readonly inForce: readonly pulumi.Resource[];

  constructor(name: string, args: DnsFenceArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("metrics-link:network:DnsFence", name, {}, options);
    const own = { parent: this };
    const tags = (suffix: string) => ({ Name: `${name}-${suffix}` });
    const list = (suffix: string, names: readonly string[]) =>
      new aws.route53.ResolverFirewallDomainList(
        `${name}-${suffix}`,
        // AWS gives names back with their final dot; without it every refresh would find a difference.
        { name: `${name}-${suffix}`, domains: names.map((one) => `${one}.`), tags: tags(suffix) },
        own,
      );
    const group = new aws.route53.ResolverFirewallRuleGroup(
      `${name}-dns`,
      { name: `${name}-dns`, tags: tags("dns") },
      own,
    );
    const allow = new aws.route53.ResolverFirewallRule(
      `${name}-allow`,
      {
        name: "allow",
        action: "ALLOW",
        priority: priorities.allow,
        firewallRuleGroupId: group.id,
        firewallDomainListId: list("allowed", args.names).id,
        // S3 answers with a name of its own choice, which only S3 can change. What a host sends out is the first name alone.
        firewallDomainRedirectionAction: "TRUST_REDIRECTION_DOMAIN",
      },
      own,
    );
    const block = new aws.route53.ResolverFirewallRule(
      `${name}-block`,
      {
        name: "block",
        action: "BLOCK",
        // "No such name" would be believed of all names below it as well (RFC 8020).
        blockResponse: "NODATA",
        priority: priorities.block,
        firewallRuleGroupId: group.id,
        firewallDomainListId: list("all", ["*"]).id,
      },
      { ...own, dependsOn: allow },
    );
    const association = new aws.route53.ResolverFirewallRuleGroupAssociation(
      `${name}-dns`,
      {
        name: `${name}-dns`,
        firewallRuleGroupId: group.id,
        vpcId: args.vpcId,
        priority: associationPriority,
        mutationProtection: "ENABLED",
        tags: tags("dns"),
      },
      { ...own, dependsOn: [allow, block] },
    );
    const config = new aws.route53.ResolverFirewallConfig(
      `${name}-dns`,
      // A firewall that fails answers nothing.
      { resourceId: args.vpcId, firewallFailOpen: "DISABLED" },
      own,
    );
    this.inForce = [association, config];
    this.registerOutputs({});
  }
}
