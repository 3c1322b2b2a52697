import type { ResourceRule } from "../model/policy.ts";
import { types } from "../model/types.ts";

export const hostsArePrivate: ResourceRule = {
  kind: "resource",
  name: "hosts-are-private",
  fence: "address",
  rule: "No host has a public address.",
  reason: "A host with an address of its own is reached, and leaves, past both fences.",
  remedy:
    "Set associatePublicIpAddress and mapPublicIpOnLaunch to false, and give Elastic IPs to NAT and balancer only.",
  source: "docs/architecture.md, fence 1; AWS Security Hub EC2.9 and EC2.15",
  types: [types.instance, types.subnet, types.address],
  *check({ type, props }) {
    if (type === types.instance) {
      if (props.associatePublicIpAddress !== false) yield "associatePublicIpAddress is not false";
      if ((props.ipv6AddressCount ?? 0) > 0 || (props.ipv6Addresses ?? []).length > 0) yield "it has IPv6 addresses";
    }
    if (type === types.subnet && props.mapPublicIpOnLaunch === true) yield "mapPublicIpOnLaunch is true";
    if (type === types.address && (props.instance !== undefined || props.networkInterface !== undefined)) {
      yield `the address is given to ${props.instance ?? props.networkInterface}`;
    }
  },
};
