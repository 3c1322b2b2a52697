import { set, string } from "../../plugins/rpc/schema.ts";
import { awsResourceType } from "../aws-resource-type.ts";
import { tagInput, tagOutput } from "../tags.ts";

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_CreateFirewallDomainList.html */
export function firewallNameFault(name: string): string | undefined {
  if (/^[\w' -]{1,64}$/.test(name) && !/^\d+$/.test(name)) return undefined;
  return `"${name}" must be 1 to 64 letters, digits, spaces, -, _ or ', and not digits alone`;
}

/**
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_UpdateFirewallDomains.html: an asterisk only
 * in front. It matches every name that ends like the rest.
 */
function domainsFault(domains: readonly string[]): string | undefined {
  const wrong = domains.find(
    (domain) => !/^(?=.{1,255}$)(\*|\*?[A-Za-z0-9_-][A-Za-z0-9._-]*|\*\.[A-Za-z0-9._-]*)$/.test(domain),
  );
  return wrong === undefined ? undefined : `"${wrong}" is not a domain, or one with an asterisk in front`;
}

/** Route 53 Resolver gives every domain back with its final dot, and the official provider keeps it (terraform-provider-aws#23543). */
const stored = (domains: readonly string[] = []): string[] =>
  domains.map((domain) => (domain.endsWith(".") ? domain : `${domain}.`).toLowerCase());

/** The domains that rules of a DNS firewall look for. */
export const firewallDomainList = awsResourceType({
  type: "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList",
  inputs: {
    domains: set(string(), { validate: domainsFault }),
    name: string({ autoname: { maxLength: 64 }, replaceOnChange: true, validate: firewallNameFault }),
    ...tagInput,
  },
  outputs: { arn: string({ required: true }), ...tagOutput },
  blockedBy: {
    types: ["aws:route53/resolverFirewallRule:ResolverFirewallRule"],
    code: "ConflictException",
    message: (id, by) => `The domain list '${id}' is still used by ${by}`,
  },

  async create(scope, inputs) {
    const id = scope.newId("rslvr-fdl");
    return {
      id,
      outputs: { arn: scope.arn("route53resolver", `firewall-domain-list/${id}`), tagsAll: inputs.tags ?? {} },
    };
  },

  async read(_scope, { inputs, outputs }) {
    return { inputs: { ...inputs, domains: stored(inputs.domains) }, outputs };
  },

  async update(_scope, { outputs }, news) {
    return { outputs: { ...outputs, tagsAll: news.tags ?? {} } };
  },
});

/** The domains of a list as the resolver has them: in lower case, with their final dot. */
export const domainsOf = ({ domains }: { readonly domains?: readonly string[] }): string[] => stored(domains);
