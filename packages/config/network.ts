import { isPrivateBlock, matching, parseBlock, text } from "@metrics-link/contract";
import { z } from "zod";
import { allocationIds, flag, integer, key, list } from "./values.ts";
import { ways } from "./ways.ts";

/**
 * Whether a text is a private range that a VPC may have. AWS allows /16 to /28; below /24 there is no room for four subnets
 * with endpoints.
 */
function isPrivateRange(found: string): boolean {
  const block = parseBlock(found);
  return block !== undefined && block.prefix >= 16 && block.prefix <= 24 && isPrivateBlock(block);
}

const range =
  "a private IPv4 range (RFC 1918) between /16 and /24 that begins at its first address, such as 10.10.0.0/16";

/**
 * Names of endpoint services, as their owners tell them
 * (https://docs.aws.amazon.com/vpc/latest/privatelink/create-endpoint-service.html).
 */
const endpointService = matching(
  /^com\.amazonaws\.vpce\.[a-z0-9-]{1,40}\.vpce-svc-[0-9a-f]{17}$/,
  "the name of an endpoint service, such as com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0",
);

export const network = z.strictObject({
  cidr: key(text(range).refine(isPrivateRange, { error: range }), {
    description:
      "The VPC's private IPv4 range. It is cut into four subnets, a public and a private one for each of two zones. The two accounts may use the same range.",
    range: "`/16` to `/24` within RFC 1918",
    example: "10.10.0.0/16",
    stricter:
      "AWS takes public ranges and `100.64.0.0/10` as well. A host could then not reach the owners of these addresses, among whom may be the peer. Below `/24` there is no room for the subnets.",
  }),
  zones: key(
    z
      .array(matching(/^[a-z]{2}(-[a-z]{2,12}){1,3}-\d[a-z]$/, "an availability zone, such as eu-west-1a"), {
        error: "a list of one availability zone or two",
      })
      .min(1, { error: "at least the host's availability zone" })
      .max(2, { error: "at most two availability zones" })
      .refine((zones) => new Set(zones).size === zones.length, { error: "two different availability zones" }),
    {
      description:
        "The availability zone of the host, its data volume, the interface endpoints and the load balancer. A second one gets endpoints and a load balancer's address of its own, and no host: see [what it is for](operate.md#one-zone-or-two).",
      range: "one zone, or two different ones",
      example: "[eu-west-1a]",
      affects: "the number of a receiver's addresses: one in each zone",
    },
  ),
  // An interface endpoint per service; a VPC has 50 by default.
  endpointServices: key(list(endpointService, 20, "endpoint services").default([]), {
    description:
      "Services of others that the host reaches by AWS PrivateLink under the private DNS name that their owner gave them, for example an Alertmanager; see [below](#alertmanagers).",
    range: "up to 20 names of endpoint services, each once",
    example: "[com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0]",
  }),
  ...ways,
  addressAllocations: key(allocationIds(), {
    description:
      "Elastic IPs that an earlier stack of this account left, by their allocation ids: this stack takes them over instead of allocating others; see [coming back](deploy.md#coming-back).",
    range: "one allocation id at a sender, one for each zone at a receiver, in the order of `network.zones`",
    fallback: "new ones",
    example: '["eipalloc-0984b9726dc286d7c"]',
  }),
  dnsFirewall: key(flag("if names fence the hosts as well").default(true), {
    description:
      "Hosts get answers from the VPC's resolver for the names that they need, and for no others: by a Route 53 Resolver DNS Firewall, about 0.60 USD for each million queries. Without it data leaves as names of a stranger's domain. Switching it off takes [a step before](operate.md#the-dns-firewall).",
    example: "false",
    affects: "the names that it lets through follow from `account` and `prometheus.alertmanagers`",
  }),
  securityGroupQuotas: z
    .strictObject({
      rules: key(integer(1, 1000, "rules of one direction of a security group").default(60), {
        description:
          "How many rules of each direction a security group may have in this account: what AWS gives every account, or what it has raised the quota to (Service Quotas, VPC). A receiver's senders take one rule each, spread over as many groups as they need; each port of a target takes one of the host's. An update that needs more is refused, and says what to ask AWS for.",
        range: "1 to 1,000",
        example: "200",
        affects: "how many `senders` fit: rules times groups, 1,000 at most",
      }),
      groups: key(integer(1, 16, "security groups of a network interface").default(5), {
        description: "How many security groups a network interface may have in this account, in the same way.",
        range: "1 to 16",
        example: "8",
      }),
    })
    .prefault({}),
  documentationAddresses: key(flag("for a trial network").default(false), {
    description:
      "`true` accepts the addresses of RFC 5737 as public ones: for a trial network that is not on the internet. A review always shows it.",
    example: "true",
  }),
});
