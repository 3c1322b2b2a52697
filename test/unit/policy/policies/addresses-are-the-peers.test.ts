import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const peers = resource(types.stack, { peers: [{ stack: "s", dnsName: "n.internal", addresses: ["203.0.113.10"] }] });
const balancer = resource(types.loadBalancer, { securityGroups: ["sg-balancer"] });
const rule = (change: object) =>
  resource(types.ingressRule, { cidrIpv4: "203.0.113.10/32", securityGroupId: "sg-balancer", ...change });

specify("addresses-are-the-peers", {
  role: "receiver",
  passes: {
    "a rule whose unset ends AWS' provider leaves empty": [
      peers,
      balancer,
      rule({}),
      rule({ cidrIpv4: "", securityGroupId: "sg-host" }),
    ],
    "the peer's contract": [peers, balancer, rule({})],
  },
  fails: {
    "a stranger": [
      [peers, balancer, rule({}), rule({ cidrIpv4: "192.0.2.1/32" })],
      /192.0.2.1\/32 instead of 203.0.113.10\/32/,
    ],
    "an address that the peer offers and nobody pinned": [
      [
        resource(types.stack, { peers: [{ stack: "s", dnsName: "n.internal", addresses: ["192.0.2.1"] }] }),
        balancer,
        rule({ cidrIpv4: "192.0.2.1/32" }),
      ],
      /192\.0\.2\.1\/32 is pinned for no peer in the configuration \(pinned: 203\.0\.113\.10\)/,
    ],
    "a network around a pinned address": [
      [peers, balancer, rule({}), rule({ cidrIpv4: "203.0.113.0/24" })],
      /203\.0\.113\.0\/24 is pinned for no peer/,
    ],
    nobody: [[peers, balancer], /203.0.113.10\/32 missing/],
    "a rule past the load balancer": [
      [peers, balancer, rule({ securityGroupId: "sg-host" })],
      /not the balancer's group/,
    ],
  },
  undecidable: {
    "an address that is not known": [peers, balancer, rule({ cidrIpv4: unknown })],
    "a group that is not known": [peers, balancer, rule({ securityGroupId: unknown })],
  },
});
