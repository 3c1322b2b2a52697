import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const region = "eu-west-1.amazonaws.com.";
const names = [
  ...["secretsmanager", "ssm", "ssmmessages"].map((service) => `${service}.${region}`),
  `metrics-link-sender-111111111111-eu-west-1.s3.${region}`,
];
const of = { firewallRuleGroupId: "rslvr-frg-1" };
const change = { allowed: {}, all: {}, allow: {}, block: {}, association: {}, config: {} };
const list = (id: string, domains: readonly string[]) =>
  resource(types.dnsDomainList, { arn: `arn:aws:route53resolver:eu-west-1:1:firewall-domain-list/${id}`, domains });

function fence(changes: Partial<Record<keyof typeof change, object>> = {}) {
  const { allowed, all, allow, block, association, config } = { ...change, ...changes };
  return [
    resource(types.subnet, { vpcId: "vpc-1" }),
    list("allowed", (allowed as { domains?: string[] }).domains ?? names),
    list("all", (all as { domains?: string[] }).domains ?? ["*."]),
    resource(types.dnsRule, {
      ...of,
      action: "ALLOW",
      priority: 100,
      firewallDomainListId: "allowed",
      firewallDomainRedirectionAction: "TRUST_REDIRECTION_DOMAIN",
      ...allow,
    }),
    resource(types.dnsRule, {
      ...of,
      action: "BLOCK",
      blockResponse: "NODATA",
      priority: 200,
      firewallDomainListId: "all",
      ...block,
    }),
    resource(types.dnsAssociation, {
      ...of,
      priority: 101,
      mutationProtection: "ENABLED",
      vpcId: "vpc-1",
      ...association,
    }),
    resource(types.dnsFirewallConfig, { firewallFailOpen: "DISABLED", resourceId: "vpc-1", ...config }),
  ];
}
const without = (type: string) => fence().filter((one) => one.type !== type);

specify("dns-is-fenced", {
  passes: {
    "an allow-list of what the host needs before a block of all else": fence(),
    "a stack that has no network yet": [],
  },
  fails: {
    "no firewall": [[resource(types.subnet, { vpcId: "vpc-1" })], /0 associations/],
    "one name more": [
      fence({ allowed: { domains: [...names, "outsider.example."] } }),
      /has outsider\.example\. as well/,
    ],
    "all of AWS": [fence({ allowed: { domains: [...names, "*.amazonaws.com."] } }), /\*\.amazonaws\.com\./],
    "one name less": [fence({ allowed: { domains: names.slice(1) } }), /lacks secretsmanager/],
    "a block of some names": [fence({ all: { domains: ["*.example."] } }), /BLOCK has \*\.example\. as well/],
    "an alert instead of a block": [fence({ block: { action: "ALERT", blockResponse: "" } }), /ALLOW, ALERT instead/],
    "the block first": [fence({ allow: { priority: 300 } }), /BLOCK NODATA, ALLOW instead/],
    "a further rule": [
      [...fence(), resource(types.dnsRule, { ...of, action: "ALLOW", priority: 1, firewallDomainListId: "other" })],
      /ALLOW, ALLOW, BLOCK NODATA instead/,
    ],
    "somebody else's list": [fence({ allow: { firewallDomainListId: "rslvr-fdl-9" } }), /not this stack's/],
    "a rule of another group": [fence({ allow: { firewallRuleGroupId: "rslvr-frg-9" } }), /has not all the rules/],
    "inspected redirections": [
      fence({ allow: { firewallDomainRedirectionAction: "INSPECT_REDIRECTION_DOMAIN" } }),
      /inspects where names lead/,
    ],
    "no association": [without(types.dnsAssociation), /0 associations/],
    "an association that others come before": [fence({ association: { priority: 5000 } }), /5000 instead of 101/],
    "an unprotected association": [fence({ association: { mutationProtection: "DISABLED" } }), /can be removed/],
    "an association of another network": [fence({ association: { vpcId: "vpc-2" } }), /vpc-2, where no host is/],
    "a firewall that fails open": [fence({ config: { firewallFailOpen: "ENABLED" } }), /firewallFailOpen is ENABLED/],
    "no configuration": [without(types.dnsFirewallConfig), /0 firewall configurations/],
  },
  undecidable: {
    "lists that are not known": fence({ allow: { firewallDomainListId: unknown } }),
  },
});
