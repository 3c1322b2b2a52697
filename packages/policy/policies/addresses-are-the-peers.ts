import { each, type StackRule } from "../model/policy.ts";
import { differences, ofType, peersOf, pinnedAddresses } from "../model/stack.ts";

export const addressesAreThePeers: StackRule = {
  kind: "stack",
  name: "addresses-are-the-peers",
  fence: "address",
  rule: "The addresses that are let in, or out to, are those that the declared peers say they have and that the configuration pins, and each reaches the balancer alone.",
  reason: "An address more is somebody else's; one that reaches the host itself goes around the balancer's fence.",
  remedy:
    "Let the rules follow from the peers' contracts. When a peer has another address, its people say so; then npm run trust -- accept pins it.",
  source: "docs/architecture.md, fence 1; docs/decisions/0001 and 0601",
  *check(resources, { configuration }) {
    const { role } = configuration;
    const rules = ofType(resources, role === "receiver" ? "ingressRule" : "egressRule");
    const peers = peersOf(resources).flatMap(({ addresses }) => addresses);
    const found = rules.flatMap(({ props }) => props.cidrIpv4 || []);
    yield* differences(
      role === "receiver" ? "addresses that are let in" : "addresses that are let out to",
      found,
      peers.map((address) => `${address}/32`),
    );
    // The output is what the program says it was told; the pins are what a person agreed to.
    const pinned = pinnedAddresses(configuration);
    for (const cidr of found.filter((one) => !pinned.includes(one.replace(/\/32$/, "")))) {
      yield `${cidr} is pinned for no peer in the configuration (pinned: ${pinned.join(", ") || "none"})`;
    }
    if (role !== "receiver") return;
    const balancers = ofType(resources, "loadBalancer");
    yield* each(
      rules.filter(({ props }) => Boolean(props.cidrIpv4)),
      function* ({ props }) {
        if (!balancers.some((balancer) => [...balancer.props.securityGroups].includes(props.securityGroupId))) {
          yield `${props.cidrIpv4} is let in to ${props.securityGroupId}, which is not the balancer's group`;
        }
      },
    );
  },
};
