import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const address = resource(types.address, { allocationId: "eipalloc-1" });
const gateway = (change: object) => resource(types.natGateway, { allocationId: "eipalloc-1", ...change });
const route = (change: object) =>
  resource(types.route, { destinationCidrBlock: "0.0.0.0/0", natGatewayId: "nat-1", ...change });

specify("one-egress-address", {
  passes: {
    "a route whose unset ends AWS' provider leaves empty": [address, gateway({}), route({ gatewayId: "" })],
    "one gateway with the one address": [address, gateway({}), route({})],
  },
  fails: {
    "no gateway": [[address], /0 NAT gateways instead of 1/],
    "two addresses": [[address, address, gateway({})], /2 Elastic IPs/],
    "an address of someone else": [[address, gateway({ allocationId: "eipalloc-2" })], /no address of this stack/],
    "a second address of the gateway": [
      [address, gateway({ secondaryAllocationIds: ["eipalloc-1"] })],
      /uses 2 addresses/,
    ],
    "another way out": [
      [address, gateway({}), route({ natGatewayId: undefined, transitGatewayId: "tgw-1" })],
      /neither to the NAT/,
    ],
  },
  undecidable: {
    "an allocation that is not known": [address, gateway({ allocationId: unknown }), route({})],
  },
});
