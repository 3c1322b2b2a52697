/**
 * What a VPC lets pass. Evaluated where the packet is, never in the host: a sender's rules before any translation of
 * the destination (they judge what was dialled), a receiver's after it. Each drops by silence, as AWS does.
 */

import type { Topology, Vpc } from "../../model/topology.ts";
import { linkLocal, resolverAddress } from "./addressing.ts";
import { neighboursOf, peeringsOf, routerInterfaces } from "./attachments.ts";
import {
  anonymousSet,
  type BaseHook,
  type Chain,
  type NamedMap,
  type NamedSet,
  quoted,
  type Table,
} from "./ruleset.ts";
import {
  attachedInstances,
  type Direction,
  fence,
  fenceName,
  groupChains,
  memberSets,
  nodeAddresses,
} from "./security-groups.ts";

/** Where a packet comes from elsewhere, and leaves for it. */
const uplinksOf = (vpc: Vpc) =>
  anonymousSet([
    ...[routerInterfaces.internetGateway, routerInterfaces.gatewayEndpoints].map(quoted),
    ...peeringDevices(vpc),
  ]);

export function fenceTable(vpc: Vpc, prefixLists: Topology["prefixLists"]): Table {
  return {
    name: "fence",
    sets: [unchecked(vpc), ...memberSets(vpc)],
    maps: verdictMaps(vpc),
    chains: [...groupChains(vpc, prefixLists), ...fences(vpc), ...baseChains(vpc)],
  };
}

/** Interfaces that may send with any source address. */
function unchecked(vpc: Vpc): NamedSet {
  const routing = attachedInstances(vpc).filter(({ sourceDestinationCheck }) => !sourceDestinationCheck);
  return {
    name: "unchecked",
    type: "ifname",
    elements: [
      ...["lo", routerInterfaces.internetGateway, routerInterfaces.gatewayEndpoints].map(quoted),
      // The other network has checked it.
      ...peeringDevices(vpc),
      ...natDevices(vpc),
      ...routing.map(({ device }) => device),
    ],
  };
}

function verdictMaps(vpc: Vpc): NamedMap[] {
  const instances = attachedInstances(vpc);
  const balancers = vpc.loadBalancers.filter(({ securityGroupIds }) => securityGroupIds.length > 0);
  // Gateways have no security group.
  const gateways = [quoted(routerInterfaces.internetGateway), ...natDevices(vpc), ...peeringDevices(vpc)];
  const open = neighbours(vpc).filter(({ isOpen }) => isOpen);
  const byInterface = (direction: Direction, accepted: readonly string[]): NamedMap => ({
    name: direction,
    key: "ifname",
    value: "verdict",
    elements: [
      ...instances.map(({ device, id }) => [device, `jump ${fenceName(id, direction)}`] as const),
      ...accepted.map((device) => [device, "accept"] as const),
    ],
  });
  const byAddress = (name: string, entries: readonly (readonly [string, string])[]): NamedMap => ({
    name,
    key: "ipv4_addr",
    value: "verdict",
    elements: entries,
  });
  const ofBalancers = (direction: Direction) =>
    balancers.flatMap((balancer) =>
      nodeAddresses(balancer).map((address) => [address, `jump ${fenceName(balancer.id, direction)}`] as const),
    );
  return [
    {
      name: "valid_source",
      key: "ifname . ipv4_addr",
      value: "verdict",
      elements: [...instances, ...neighbours(vpc)].map(
        ({ device, privateAddress }) => [`${device} . ${privateAddress}`, "accept"] as const,
      ),
    },
    byInterface("egress", [...gateways, ...neighbours(vpc).map(({ device }) => device)]),
    byInterface("ingress", [
      ...gateways,
      quoted(routerInterfaces.gatewayEndpoints),
      ...open.map(({ device }) => device),
    ]),
    byAddress("balancer_ingress", ofBalancers("ingress")),
    byAddress("balancer_egress", ofBalancers("egress")),
    byAddress(
      "endpoint_ingress",
      vpc.interfaceEndpoints.flatMap(({ id, addresses }) =>
        addresses.map(({ address }) => [address, `jump ${fenceName(id, "ingress")}`] as const),
      ),
    ),
  ];
}

/** No group holds what they send; nothing but answers reaches those that are not open. */
const neighbours = (vpc: Vpc) =>
  neighboursOf(vpc).map((one) => ({ ...one, device: quoted(routerInterfaces.neighbour(one)) }));

function fences(vpc: Vpc): Chain[] {
  const both = [...attachedInstances(vpc), ...vpc.loadBalancers.filter((it) => it.securityGroupIds.length > 0)];
  const directions: readonly Direction[] = ["ingress", "egress"];
  return [
    ...both.flatMap(({ id, securityGroupIds }) =>
      directions.map((direction) => fence(fenceName(id, direction), securityGroupIds, direction)),
    ),
    ...vpc.interfaceEndpoints.map(({ id, securityGroupIds }) =>
      fence(fenceName(id, "ingress"), securityGroupIds, "ingress"),
    ),
  ];
}

/** An `accept` ends one base chain only, so that a packet between two instances passes egress and ingress. */
function baseChains(vpc: Vpc): Chain[] {
  const amazon = anonymousSet([resolverAddress(vpc.cidr), linkLocal.resolver, linkLocal.metadata]);
  const uplinks = uplinksOf(vpc);
  const peered = peeringDevices(vpc);
  // Peering is not transitive (VPC Peering Guide, "VPC peering limitations"): not even to what this network's routes lead to.
  const notThrough =
    peered.length === 0 ? [] : [`iifname ${anonymousSet(peered)} ip daddr != ${vpc.cidr} counter drop`];
  const ofConnections = "ct state established,related accept";
  // Security groups do not govern the resolver and the metadata service (EC2 user guide, "Security groups").
  const toAmazon = `ip daddr ${amazon} iifname != ${uplinks} accept`;
  const base = (
    name: string,
    hook: BaseHook["hook"],
    priority: number,
    policy: BaseHook["policy"],
    rules: string[],
  ) => ({
    name,
    base: { type: "filter", hook, priority, policy } as const,
    rules,
  });
  return [
    base("source_check", "prerouting", -305, "drop", [
      ...notThrough,
      "iifname @unchecked accept",
      "iifname . ip saddr vmap @valid_source",
      "counter",
    ]),
    base("leaving", "prerouting", -150, "drop", [
      ofConnections,
      "ct state invalid counter drop",
      toAmazon,
      `iifname "lo" accept`,
      "iifname vmap @egress",
    ]),
    base("to_balancer", "prerouting", -149, "accept", [ofConnections, "ip daddr vmap @balancer_ingress"]),
    base("from_balancer", "forward", -10, "accept", [ofConnections, "ct original ip daddr vmap @balancer_egress"]),
    base("arriving", "forward", 0, "drop", [
      ofConnections,
      `iifname ${uplinks} oifname ${uplinks} drop`,
      "oifname vmap @ingress",
    ]),
    base("to_services", "input", 0, "drop", [
      ofConnections,
      `iifname "lo" accept`,
      toAmazon,
      "ip daddr vmap @endpoint_ingress",
    ]),
    base("health_check_leaving", "output", -10, "accept", [ofConnections, "ip saddr vmap @balancer_egress"]),
    base("health_check_arriving", "output", 0, "accept", [ofConnections, "oifname vmap @ingress"]),
  ];
}

function peeringDevices(vpc: Vpc): string[] {
  return peeringsOf(vpc).map((peering) => quoted(routerInterfaces.peering(peering)));
}

function natDevices(vpc: Vpc): string[] {
  return vpc.natGateways.map((gateway) => quoted(routerInterfaces.natGateway(gateway)));
}
