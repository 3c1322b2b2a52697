/** Security groups: one chain per group and direction, one chain per interface that jumps to those of its groups. */

import type { FirewallRule, LoadBalancer, SecurityGroup, Topology, Vpc } from "../../model/topology.ts";
import { routerInterfaces } from "./attachments.ts";
import { prefixListOf } from "./routes.ts";
import { anonymousSet, type Chain, identifier, type NamedSet, quoted } from "./ruleset.ts";

export type Direction = "ingress" | "egress";

/** The chains of all groups, empty when a group allows nothing. */
export function groupChains(vpc: Vpc, prefixLists: Topology["prefixLists"]): Chain[] {
  const balanced = new Set(vpc.loadBalancers.flatMap(({ securityGroupIds }) => securityGroupIds));
  const chain = (group: SecurityGroup, direction: Direction): Chain => ({
    name: groupChain(group.id, direction),
    rules: group[direction].flatMap((rule) => acceptRules(rule, direction, prefixLists, balanced)),
  });
  return vpc.securityGroups.flatMap((group) => [chain(group, "ingress"), chain(group, "egress")]);
}

/** The private addresses of what belongs to a group, for rules that name a group as their peer. */
export function memberSets(vpc: Vpc): NamedSet[] {
  const inGroup = (id: string) => (member: { readonly securityGroupIds: readonly string[] }) =>
    member.securityGroupIds.includes(id);
  return referencedGroups(vpc).flatMap((id) => {
    const balancers = vpc.loadBalancers.filter(inGroup(id)).flatMap(nodeAddresses);
    const instances = vpc.instances.filter(inGroup(id)).map(({ privateAddress }) => privateAddress);
    const endpoints = vpc.interfaceEndpoints.filter(inGroup(id)).flatMap((endpoint) => endpoint.addresses);
    return [
      {
        name: memberSet(id),
        type: "ipv4_addr",
        elements: [...instances, ...endpoints.map(({ address }) => address), ...balancers],
      },
      { name: balancerSet(id), type: "ipv4_addr", elements: balancers },
    ];
  });
}

/** A chain that accepts what one of the groups allows and drops the rest, counted. */
export function fence(name: string, groupIds: readonly string[], direction: Direction): Chain {
  return { name, rules: [...groupIds.map((id) => `jump ${groupChain(id, direction)}`), "counter drop"] };
}

/** The name of an interface's chain in one direction. */
export function fenceName(id: string, direction: Direction): string {
  return identifier(direction, "of", id);
}

/** The addresses of a load balancer inside its VPC. */
export function nodeAddresses(balancer: LoadBalancer): string[] {
  return balancer.nodes.map(({ privateAddress }) => privateAddress);
}

/** Instances that take part in traffic: a stopped one neither sends nor answers. */
export function attachedInstances(vpc: Vpc) {
  return vpc.instances
    .filter(({ power }) => power === "running")
    .map((instance) => ({ ...instance, device: quoted(routerInterfaces.instance(instance.id)) }));
}

function acceptRules(
  rule: FirewallRule,
  direction: Direction,
  prefixLists: Topology["prefixLists"],
  balanced: ReadonlySet<string>,
): string[] {
  const protocol = protocolMatch(rule);
  const address = direction === "ingress" ? "ip saddr" : "ip daddr";
  const accept = (...matches: string[]) => [...protocol, ...matches, "accept"].join(" ");
  const { peer } = rule;
  switch (peer.kind) {
    case "cidr":
      // Interfaces have no IPv6 address, so a rule for IPv6 never applies.
      if (peer.cidr.includes(":")) return [];
      return [peer.cidr === "0.0.0.0/0" ? accept() : accept(`${address} ${peer.cidr}`)];
    case "prefix-list":
      return [accept(`${address} ${anonymousSet(prefixListOf(peer.id, prefixLists))}`)];
    case "security-group": {
      const direct = accept(`${address} @${memberSet(peer.id)}`);
      // What a load balancer passes on keeps the client's address; it still comes from the load balancer's group.
      const balancedToo = direction === "ingress" && balanced.has(peer.id);
      return balancedToo ? [direct, accept(`ct original ip daddr @${balancerSet(peer.id)}`)] : [direct];
    }
  }
}

function protocolMatch({ protocol, ports }: FirewallRule): string[] {
  if (protocol === "all") return [];
  if (protocol === "icmp" || !ports) return [`meta l4proto ${protocol}`];
  return [`${protocol} dport ${ports.from === ports.to ? ports.from : `${ports.from}-${ports.to}`}`];
}

function referencedGroups(vpc: Vpc): string[] {
  const peers = vpc.securityGroups
    .flatMap(({ ingress, egress }) => [...ingress, ...egress])
    .flatMap(({ peer }) => (peer.kind === "security-group" ? [peer.id] : []));
  return [...new Set(peers)].sort();
}

const groupChain = (id: string, direction: Direction): string => identifier(direction, id);
const memberSet = (id: string): string => identifier("members", id);
const balancerSet = (id: string): string => identifier("balancers", id);
