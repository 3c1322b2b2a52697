import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const peering = "pcx-0123456789abcdef0";
const network = {
  cidr: "10.10.0.0/16",
  zones: ["eu-west-1a"],
  documentationAddresses: true,
  connections: [{ id: peering, cidr: "10.40.0.0/16", accepted: "agreed" }],
  targets: [
    { name: "shop", cidr: "10.40.1.0/24", ports: [9100] },
    { name: "near", cidr: "10.10.20.0/24", ports: [9187], securityGroup: "sg-0123456789abcdef0" },
  ],
};

const rule = (change: object) =>
  resource(types.egressRule, { ipProtocol: "tcp", securityGroupId: "sg-host", ...change });
const shop = rule({ cidrIpv4: "10.40.1.0/24", fromPort: 9100, toPort: 9100 });
const near = rule({ referencedSecurityGroupId: "sg-0123456789abcdef0", fromPort: 9187, toPort: 9187 });
const route = (change: object) =>
  resource(types.route, { destinationCidrBlock: "10.40.1.0/24", vpcPeeringConnectionId: peering, ...change });
const host = resource(types.instance, { vpcSecurityGroupIds: ["sg-host"] });
const outward = route({ destinationCidrBlock: "0.0.0.0/0", natGatewayId: "nat-1", vpcPeeringConnectionId: "" });

specify("ways-are-declared", {
  configuration: { network },
  passes: {
    "what is declared": [host, shop, near, route({}), outward],
  },
  fails: {
    "a route to all that is behind the connection": [
      [host, shop, near, route({}), route({ destinationCidrBlock: "10.40.0.0/16" })],
      /leads to 10.40.0.0\/16 by pcx-0123456789abcdef0, which the configuration does not declare/,
    ],
    "another connection to the same range": [
      [host, shop, near, route({ vpcPeeringConnectionId: "pcx-1" })],
      /by pcx-1, which.*not declare/,
    ],
    "a network interface as a route's end": [
      [host, shop, near, route({}), route({ vpcPeeringConnectionId: undefined, networkInterfaceId: "eni-1" })],
      /neither a peering connection/,
    ],
    "a missing route": [[host, shop, near], /no route leads to 10.40.1.0\/24/],
    "a missing rule": [[host, near, route({})], /no rule is there for shop at 9100/],
    "a rule of another group": [
      [host, near, route({}), shop, { ...shop, props: { ...shop.props, securityGroupId: "sg-other" } }],
      /rule of sg-other, which no host is in/,
    ],
  },
  undecidable: {
    "a host's group that is not known": [
      resource(types.instance, { vpcSecurityGroupIds: unknown }),
      shop,
      near,
      route({}),
    ],
  },
});
