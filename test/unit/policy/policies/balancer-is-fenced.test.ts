import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

const balancer = (change: object) =>
  resource(types.loadBalancer, {
    loadBalancerType: "network",
    securityGroups: ["sg-1"],
    enableDeletionProtection: true,
    ...change,
  });

specify("balancer-is-fenced", {
  passes: {
    "a network balancer with a group": balancer({}),
    "one with a group for each part of its senders": balancer({ securityGroups: ["sg-1", "sg-2", "sg-3"] }),
  },
  fails: {
    "another type": [balancer({ loadBalancerType: "application" }), /loadBalancerType is application/],
    "no group": [balancer({ securityGroups: undefined }), /0 security groups/],
    "one that can be deleted": [balancer({ enableDeletionProtection: false }), /enableDeletionProtection/],
    "PrivateLink past the group": [
      balancer({ enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: "off" }),
      /PrivateLink/,
    ],
  },
  undecidable: {
    "groups that are not known": balancer({ securityGroups: unknown }),
  },
});
