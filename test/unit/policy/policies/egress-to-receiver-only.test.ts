import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const rule = (change: object) =>
  resource(types.egressRule, { ipProtocol: "tcp", fromPort: 443, toPort: 443, ...change });

specify("egress-to-receiver-only", {
  passes: {
    "one address on 443": rule({ cidrIpv4: "198.51.100.10/32" }),
    S3: rule({ prefixListId: "pl-1" }),
    endpoints: rule({ referencedSecurityGroupId: "sg-1" }),
  },
  fails: {
    everywhere: [rule({ cidrIpv4: "0.0.0.0/0" }), /0.0.0.0\/0 instead of one address/],
    IPv6: [rule({ cidrIpv6: "::/0" }), /out to ::\/0/],
    DNS: [rule({ cidrIpv4: "198.51.100.10/32", ipProtocol: "udp", fromPort: 53, toPort: 53 }), /udp 53/],
    "rules of the group": [resource(types.securityGroup, { egress: [{}] }), /rules of its own/],
  },
  undecidable: {
    "an address that is not known": rule({ cidrIpv4: unknown }),
  },
});
