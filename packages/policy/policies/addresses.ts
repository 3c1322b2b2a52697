import type { Configuration } from "@metrics-link/config";
import { type AnyConfiguration, each, isUnknownValue, type Policy, resourceRule, stackRule } from "../model/policy.ts";
import { ofType, peersOf, type Seen } from "../model/resources.ts";
import { isDeclared } from "./ways.ts";

/** An address that peers pin is kept, in whichever stack it is. */
export const addressesAreKept: Policy<AnyConfiguration> = resourceRule(
  {
    name: "addresses-are-kept",
    fence: "address",
    rule: "Every Elastic IP is protected.",
    reason:
      "The peer allows this address. AWS gives a released address to another customer, whom the peer then allows.",
    remedy:
      "Set protect and retainOnDelete on the resource. CrossGuard does not see retainOnDelete; a test of the program does.",
    source: "docs/architecture.md, fence 1; AWS EC2 User Guide, Elastic IP addresses",
  },
  {
    *address({ domain }, _context, { opts }) {
      if (!opts.protect) yield "the address is not protected";
      if (domain !== undefined && domain !== "vpc") yield `domain is ${domain} instead of vpc`;
    },
  },
);

/** And so is its allocation. */
export const addressesArePinned: Policy<AnyConfiguration> = stackRule(
  {
    name: "addresses-are-pinned",
    fence: "address",
    rule: "Once policy.addressAllocations is set, the stack has exactly those Elastic IPs, or uses exactly those of its exchange stack.",
    reason: "A new address cuts the link until the peer allows it, and AWS may give the old one to another customer.",
    remedy: "Import the pinned allocation again (pulumi import), or tell the peer and then pin the new one.",
    source: "docs/architecture.md, fence 1; docs/decisions/0400",
  },
  function* (resources, { configuration: { policy, exchange } }) {
    const pinned = policy.addressAllocations;
    if (pinned === undefined) return;
    if (exchange !== undefined) {
      yield* differences("allocations in use", allocationsInUse(resources), pinned);
      return;
    }
    const found = ofType(resources, "address").map(({ name, props }) => {
      try {
        return props.allocationId ?? "";
      } catch (error) {
        // An existing address has a known id, so this one would be new.
        if (isUnknownValue(error)) return `${name}, which would be new`;
        throw error;
      }
    });
    yield* differences("Elastic IPs", found, pinned);
  },
);

/** Who is reached at which address, and which address this side keeps. */
export const addresses: readonly Policy[] = [
  addressesAreKept,
  addressesArePinned,

  stackRule(
    {
      name: "addresses-are-the-peers",
      fence: "address",
      rule: "Security groups allow exactly the addresses that the declared peers publish and that the configuration pins, and on a receiver only to the load balancer.",
      reason: "Any other address belongs to a stranger; one that reaches the host directly bypasses the load balancer.",
      remedy:
        "Derive the rules from the peers' contracts. If a peer's address changed, have its operators confirm it, then pin it with npm run trust -- accept.",
      source: "docs/architecture.md, fence 1; docs/decisions/0001 and 0601",
    },
    function* (resources, { configuration }) {
      const { role } = configuration;
      const rules = ofType(resources, role === "receiver" ? "ingressRule" : "egressRule");
      const published = peersOf(resources).flatMap((peer) => peer.addresses);
      const { targets, scrapedBy } = configuration.network;
      const declared = configuration.role === "receiver" ? scrapedBy : targets;
      // Private ranges of declared ways, for ways-are-declared; a peer's addresses are public.
      const others = rules.filter(({ props }) => !(props.cidrIpv4 && isDeclared(props, declared)));
      const found = others.flatMap(({ props }) => props.cidrIpv4 || []);
      yield* differences(
        role === "receiver" ? "addresses that are let in" : "addresses that are let out to",
        found,
        published.map((address) => `${address}/32`),
      );
      // The output `peers` is what the program read; the pins are what a person agreed to.
      const pinned = pinnedAddresses(configuration);
      for (const cidr of found.filter((one) => !pinned.includes(one.replace(/\/32$/, "")))) {
        yield `${cidr} is pinned for no peer in the configuration (pinned: ${pinned.join(", ") || "none"})`;
      }
      if (role !== "receiver") return;
      const balancers = ofType(resources, "loadBalancer");
      yield* each(
        others.filter(({ props }) => Boolean(props.cidrIpv4)),
        function* ({ props }) {
          if (
            !balancers.some((one) => [...(one.props.securityGroups ?? [])].some((id) => id === props.securityGroupId))
          ) {
            yield `${props.cidrIpv4} is let in to ${props.securityGroupId}, which is not the balancer's group`;
          }
        },
      );
    },
  ),

  stackRule(
    {
      name: "one-egress-address",
      fence: "address",
      rule: "A sender reaches the internet through one NAT gateway with one Elastic IP, which its contract publishes; a receiver has no NAT gateway.",
      reason: "The peer allows one address. Traffic from a second one is refused.",
      remedy:
        "Keep one NatGateway with the allocation of the one Eip, or of the exchange stack, and use no other address.",
      source: "docs/architecture.md, fence 1; docs/decisions/0003",
    },
    function* (resources, { configuration: { role, exchange } }) {
      const [gateways, elasticIps] = [ofType(resources, "natGateway"), ofType(resources, "address")];
      const expected = role === "sender" ? 1 : 0;
      if (gateways.length !== expected) yield `${gateways.length} NAT gateways instead of ${expected}`;
      const ofExchange = exchange !== undefined;
      if (ofExchange && elasticIps.length > 0) {
        yield `${elasticIps.length} Elastic IPs of its own, beside those of ${exchange}`;
      } else if (!ofExchange && role === "sender" && elasticIps.length !== 1) {
        yield `${elasticIps.length} Elastic IPs instead of one`;
      }
      yield* each(gateways, function* ({ props }) {
        if (props.connectivityType === "private") yield "the NAT gateway is private";
        const used = [props.allocationId, ...(props.secondaryAllocationIds ?? [])];
        const own = elasticIps.map((address) => address.props.allocationId);
        for (const one of ofExchange ? [] : used.filter((id) => !own.includes(id))) {
          yield `it uses ${one}, which is no address of this stack`;
        }
        if (used.length !== 1) yield `it uses ${used.length} addresses`;
      });
      yield* each(ofType(resources, "route"), function* ({ props }) {
        const { destinationCidrBlock, natGatewayId, gatewayId } = props;
        const leadsToNetwork = props.vpcPeeringConnectionId || props.transitGatewayId;
        // For ways-are-declared.
        if (destinationCidrBlock !== "0.0.0.0/0" && leadsToNetwork) return;
        if (destinationCidrBlock !== "0.0.0.0/0" || !(natGatewayId || gatewayId)) {
          yield `a route to ${destinationCidrBlock ?? "IPv6 or a prefix list"} that goes neither to the NAT nor the internet gateway`;
        }
      });
    },
  ),
];

/** The allocations by which a host is reached or leaves. */
const allocationsInUse = (resources: readonly Seen[]): string[] => [
  ...ofType(resources, "natGateway").map(({ props }) => props.allocationId ?? ""),
  ...ofType(resources, "loadBalancer").flatMap(({ props }) =>
    (props.subnetMappings ?? []).map(({ allocationId }) => allocationId ?? ""),
  ),
];

/** The addresses that the configuration pins, of all peers. */
const pinnedAddresses = (configuration: Configuration): readonly string[] =>
  (configuration.role === "receiver" ? configuration.senders : [configuration.peer]).flatMap(
    (peer) => peer.addresses ?? [],
  );

/** The differences between two lists, whatever their order. */
function* differences(what: string, found: readonly string[], expected: readonly string[]): Generator<string> {
  const surplus = found.filter((one) => !expected.includes(one));
  const missing = expected.filter((one) => !found.includes(one));
  if (surplus.length > 0) yield `${what}: ${surplus.join(", ")} instead of ${expected.join(", ") || "none"}`;
  if (missing.length > 0) yield `${what}: ${missing.join(", ")} missing`;
}
