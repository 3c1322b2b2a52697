import { isIPv4 } from "node:net";
import type { Configuration } from "@metrics-link/config";
import { each, type Policy, stackRule } from "../model/policy.ts";
import { ofType, type Seen, type SeenOf } from "../model/resources.ts";

/** What a host asks the VPC's resolver for, written a second time: AWS's endpoints, its bucket, the Alertmanagers. */
function namesOf({ account: { id, region }, role, prometheus }: Configuration): string[] {
  const services = ["secretsmanager", "ssm", "ssmmessages"].map((service) => `${service}.${region}.amazonaws.com`);
  const bucket = `metrics-link-${role}-${id}-${region}.s3.${region}.amazonaws.com`;
  const alertmanagers = prometheus.alertmanagers
    .map(({ url }) => new URL(url).hostname)
    .filter((host) => !isIPv4(host));
  return [...new Set([...services, bucket, ...alertmanagers])].map((name) => `${name}.`);
}

/** The resolver answers for a closed set of names. */
export const dnsIsFenced: Policy = stackRule(
  {
    name: "dns-is-fenced",
    fence: "address",
    rule: "The VPC's resolver answers for exactly the names that a host needs, and answers nothing where its firewall fails; unless the configuration switches that off.",
    reason:
      "Security groups do not filter queries to the VPC's resolver, which passes any name on to whoever owns the domain: so a thief on a host sends data out.",
    remedy:
      "Keep one rule group with two rules, ALLOW of the names and then BLOCK of all others with NODATA, associated first with the VPC and protected from changes.",
    source:
      "docs/decisions/0744; Route 53 Developer Guide, Resolver DNS Firewall; MITRE ATT&CK T1048.003 and T1071.004",
  },
  function* (resources, { configuration }) {
    const subnets = ofType(resources, "subnet");
    // It waits for its ceremony: there is no network yet.
    if (subnets.length === 0) return;
    if (!configuration.network.dnsFirewall) {
      yield {
        kind: "notice",
        message: "network.dnsFirewall is false: names of any domain carry data out of the network",
      };
      return;
    }
    const [associations, configs] = [ofType(resources, "dnsAssociation"), ofType(resources, "dnsFirewallConfig")];
    if (associations.length !== 1) yield `${associations.length} associations of rule groups instead of one`;
    if (configs.length !== 1) yield `${configs.length} firewall configurations instead of one`;
    const ofThis = (vpcId: string | undefined) => subnets.every(({ props }) => props.vpcId === vpcId);
    yield* each(configs, function* ({ props: { firewallFailOpen, resourceId } }) {
      if (!ofThis(resourceId)) yield `it is of ${resourceId}, where no host is`;
      if (firewallFailOpen !== "DISABLED") yield `firewallFailOpen is ${firewallFailOpen ?? "not set"}`;
    });
    const rules = ofType(resources, "dnsRule");
    yield* each(associations, function* ({ props: { priority, mutationProtection, vpcId, firewallRuleGroupId } }) {
      if (!ofThis(vpcId)) yield `it is of ${vpcId}, where no host is`;
      if (!rules.every(({ props }) => props.firewallRuleGroupId === firewallRuleGroupId)) {
        yield `it is of ${firewallRuleGroupId}, which has not all the rules`;
      }
      if (priority !== 101) yield `its priority is ${priority} instead of 101, so others may come before`;
      if (mutationProtection !== "ENABLED") yield "it can be removed without its protection being lifted first";
    });
    yield* ruleFaults(rules);
    yield* nameFaults(resources, rules, namesOf(configuration));
  },
);

/** Exactly two rules, and in which order they are asked. */
function* ruleFaults(rules: readonly SeenOf<"dnsRule">[]) {
  const found = rules
    .toSorted((one, other) => (one.props.priority ?? 0) - (other.props.priority ?? 0))
    .map(({ props }) => [props.action, props.blockResponse].filter(Boolean).join(" "));
  if (found.join(", ") !== "ALLOW, BLOCK NODATA") {
    yield `its rules are ${found.join(", ") || "none"} instead of ALLOW, BLOCK NODATA`;
  }
}

function* nameFaults(resources: readonly Seen[], rules: readonly SeenOf<"dnsRule">[], wanted: readonly string[]) {
  const lists = ofType(resources, "dnsDomainList");
  yield* each(rules, function* ({ props: { action, firewallDomainListId, firewallDomainRedirectionAction } }) {
    if (action === "ALLOW" && firewallDomainRedirectionAction !== "TRUST_REDIRECTION_DOMAIN") {
      yield "it inspects where names lead: S3 answers with names that no list has";
    }
    const domains = lists.find(({ props }) => props.arn?.endsWith(`/${firewallDomainListId}`))?.props.domains;
    if (domains === undefined) {
      yield `its domain list ${firewallDomainListId} is not this stack's`;
      return;
    }
    const expected = action === "ALLOW" ? wanted : ["*."];
    const strange = domains.filter((domain) => !expected.includes(domain));
    const missing = expected.filter((domain) => !domains.includes(domain));
    if (strange.length > 0) yield `${action} has ${strange.join(", ")} as well`;
    if (missing.length > 0) yield `${action} lacks ${missing.join(", ")}`;
  });
}
