import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const rule = (change: object) =>
  resource(types.ingressRule, { ipProtocol: "tcp", fromPort: 443, toPort: 443, ...change });

specify("ingress-is-declared", {
  role: "receiver",
  passes: {
    "one address on 443": rule({ cidrIpv4: "203.0.113.10/32" }),
    "the balancer on Envoy's port": rule({ referencedSecurityGroupId: "sg-1", fromPort: 8443, toPort: 8443 }),
    "a group without rules": resource(types.securityGroup, { description: "hosts" }),
  },
  fails: {
    "a network": [rule({ cidrIpv4: "203.0.113.0/24" }), /instead of one address/],
    IPv6: [rule({ cidrIpv6: "::/0" }), /lets in ::\/0/],
    "another port": [rule({ cidrIpv4: "203.0.113.10/32", fromPort: 22, toPort: 22 }), /instead of TCP 443/],
    "every protocol": [rule({ referencedSecurityGroupId: "sg-1", ipProtocol: "-1" }), /in from a group/],
    "a prefix list": [rule({ prefixListId: "pl-1" }), /prefix list pl-1/],
    "rules of the group": [resource(types.securityGroup, { ingress: [{}] }), /rules of its own/],
  },
  undecidable: {
    "an address that is not known": rule({ cidrIpv4: unknown }),
  },
});
