import { each, type StackRule } from "../model/policy.ts";
import { ofType } from "../model/stack.ts";

export const oneEgressAddress: StackRule = {
  kind: "stack",
  name: "one-egress-address",
  fence: "address",
  rule: "A sender leaves by one NAT gateway with one Elastic IP, which is what it tells its peer; a receiver by none.",
  reason: "The peer lets one address in. A second way out is a second address, or none that anybody let in.",
  remedy: "Keep one NatGateway, give it the allocation of the one Eip, and no address a use besides.",
  source: "docs/architecture.md, fence 1; docs/decisions/0003",
  *check(resources, { configuration: { role } }) {
    const [gateways, addresses] = [ofType(resources, "natGateway"), ofType(resources, "address")];
    const expected = role === "sender" ? 1 : 0;
    if (gateways.length !== expected) yield `${gateways.length} NAT gateways instead of ${expected}`;
    if (role === "sender" && addresses.length !== 1) yield `${addresses.length} Elastic IPs instead of one`;
    yield* each(gateways, function* ({ props }) {
      if (props.connectivityType === "private") yield "the NAT gateway is private";
      const used = [props.allocationId, ...(props.secondaryAllocationIds ?? [])];
      const own = addresses.map((address) => address.props.allocationId);
      for (const one of used.filter((id) => !own.includes(id)))
        yield `it uses ${one}, which is no address of this stack`;
      if (used.length !== 1) yield `it uses ${used.length} addresses`;
    });
    yield* each(ofType(resources, "route"), function* ({ props }) {
      const { destinationCidrBlock, natGatewayId, gatewayId } = props;
      const leads = Boolean(natGatewayId || gatewayId);
      if (destinationCidrBlock !== "0.0.0.0/0" || !leads) {
        yield `a route to ${destinationCidrBlock ?? "IPv6 or a prefix list"} that goes neither to the NAT nor the internet gateway`;
      }
    });
  },
};
