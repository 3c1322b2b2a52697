import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const rule = (change: object) =>
  resource(types.egressRule, { ipProtocol: "tcp", fromPort: 443, toPort: 443, ...change });

const declared = { name: "shop", cidr: "10.10.20.0/24", ports: [9100, 9400] };
const network = {
  cidr: "10.10.0.0/16",
  zones: ["eu-west-1a"],
  documentationAddresses: true,
  targets: [declared, { name: "near", cidr: "10.10.30.0/24", ports: [9187], securityGroup: "sg-0123456789abcdef0" }],
};
const at = (port: number) => ({ fromPort: port, toPort: port });

specify("egress-is-declared", {
  configuration: { network },
  passes: {
    "one address on 443": rule({ cidrIpv4: "198.51.100.10/32" }),
    S3: rule({ prefixListId: "pl-1" }),
    endpoints: rule({ referencedSecurityGroupId: "sg-1" }),
    "a declared range at a declared port": rule({ cidrIpv4: "10.10.20.0/24", ...at(9400) }),
    "a declared group": rule({ referencedSecurityGroupId: "sg-0123456789abcdef0", ...at(9187) }),
  },
  fails: {
    everywhere: [rule({ cidrIpv4: "0.0.0.0/0" }), /0.0.0.0\/0 instead of one address/],
    IPv6: [rule({ cidrIpv6: "::/0" }), /out to ::\/0/],
    DNS: [rule({ cidrIpv4: "198.51.100.10/32", ipProtocol: "udp", fromPort: 53, toPort: 53 }), /udp 53/],
    "a declared range at another port": [rule({ cidrIpv4: "10.10.20.0/24", ...at(9401) }), /instead of one address/],
    "several ports of a declared range": [
      rule({ cidrIpv4: "10.10.20.0/24", fromPort: 9100, toPort: 9400 }),
      /instead of one address/,
    ],
    "more than a declared range": [rule({ cidrIpv4: "10.10.0.0/16", ...at(9100) }), /or what network.targets declares/],
    "a declared range over UDP": [rule({ cidrIpv4: "10.10.20.0/24", ...at(9100), ipProtocol: "udp" }), /udp 9100/],
    "the range of a target that has a group": [rule({ cidrIpv4: "10.10.30.0/24", ...at(9187) }), /one address/],
    "another group": [rule({ referencedSecurityGroupId: "sg-1", ...at(9187) }), /9187 to 9187 out/],
    "rules of the group": [resource(types.securityGroup, { egress: [{}] }), /rules of its own/],
  },
  undecidable: {
    "an address that is not known": rule({ cidrIpv4: unknown }),
  },
});
