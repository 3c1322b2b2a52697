import type { NatGateway, Vpc } from "../../model/topology.ts";
import { prefixLength, routerAddress } from "./addressing.ts";
import { hostInterface, routerInterfaces, subnetOf } from "./attachments.ts";
import { type Namespace, statefulRouterSysctls } from "./model.ts";
import { quoted, type Table } from "./ruleset.ts";

/** A NAT gateway: a host of the VPC in its own namespace, with its own connection table. */

/** VPC user guide, "NAT gateway basics": a TCP connection idle for 350 seconds is forgotten. */
const idleTimeoutSeconds = 350;

/** Deleting the namespace forgets its connections, as deleting a NAT gateway does. */
export function natGatewayNamespace(name: string, vpc: Vpc, gateway: NatGateway): Namespace {
  const { cidr } = subnetOf(vpc, gateway);
  return {
    name,
    sysctls: {
      ...statefulRouterSysctls,
      "net.netfilter.nf_conntrack_tcp_timeout_established": idleTimeoutSeconds,
    },
    interfaces: [
      { name: "lo", addresses: [] },
      { name: hostInterface, addresses: [`${gateway.privateAddress}/${prefixLength(cidr)}`] },
    ],
    routes: [{ destination: "default", table: "main", device: hostInterface, gateway: routerAddress(cidr) }],
    rules: [],
    tables: [translation(vpc, gateway)],
  };
}

function translation(vpc: Vpc, gateway: NatGateway): Table {
  return {
    name: "nat_gateway",
    chains: [
      {
        name: "from_outside",
        base: { type: "filter", hook: "input", priority: 0, policy: "drop" },
        rules: [],
      },
      {
        name: "outward_only",
        base: { type: "filter", hook: "forward", priority: 0, policy: "drop" },
        rules: ["ct state established,related accept", "ct state invalid drop", `ip saddr ${vpc.cidr} accept`],
      },
      {
        name: "translate",
        base: { type: "nat", hook: "postrouting", priority: 100, policy: "accept" },
        rules: [`snat to ${gateway.privateAddress}`],
      },
    ],
  };
}

/** Behind a gateway endpoint, the hosts of a VPC share one address which no other VPC has. */
export function gatewayEndpointTable(source: string): Table {
  return {
    name: "gateway_endpoints",
    chains: [
      {
        name: "translate",
        base: { type: "nat", hook: "postrouting", priority: 100, policy: "accept" },
        rules: [`oifname ${quoted(routerInterfaces.gatewayEndpoints)} snat to ${source}`],
      },
    ],
  };
}
