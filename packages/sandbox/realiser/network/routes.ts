/** The router of a VPC: where packets go, by the subnet that they come from. */

import { LinkError } from "@metrics-link/contract";
import type { Route, Subnet, Topology, Vpc } from "../../model/topology.ts";
import { endsOf, neighboursOf, peeringsOf, routerInterfaces, subnetOf, uplink } from "./attachments.ts";
import type { IpRoute, IpRule } from "./model.ts";

/** The mark of answers that must leave the way their question came. */
export const replyMark = 1;

const firstSubnetTable = 101;

/** The routes to everything inside the VPC, and the route table of each subnet. */
export function vpcRoutes(vpc: Vpc, prefixLists: Topology["prefixLists"]): IpRoute[] {
  const inside: IpRoute[] = [
    ...vpc.instances.map(({ id, privateAddress }) => ({
      destination: privateAddress,
      table: "main" as const,
      device: routerInterfaces.instance(id),
    })),
    ...vpc.natGateways.map((gateway) => ({
      destination: gateway.privateAddress,
      table: "main" as const,
      device: routerInterfaces.natGateway(gateway),
    })),
    ...neighboursOf(vpc).map((neighbour) => ({
      destination: neighbour.privateAddress,
      table: "main" as const,
      device: routerInterfaces.neighbour(neighbour),
    })),
    { destination: vpc.cidr, table: "main" },
    { destination: "default", table: "main", ...(vpc.internetGatewayId ? throughInternetGateway : {}) },
  ];
  return [
    ...inside,
    ...vpc.subnets.flatMap((subnet, index) => subnetTable(vpc, subnet, firstSubnetTable + index, prefixLists)),
  ];
}

/** Which table decides: answers of a load balancer, then what stays in the VPC, then the subnet of the sender. */
export function vpcRules(vpc: Vpc): IpRule[] {
  const tableOf = (resource: { id?: string; subnetId: string }) =>
    firstSubnetTable + vpc.subnets.indexOf(subnetOf(vpc, resource));
  return [
    { preference: 800, mark: replyMark, table: "main" },
    { preference: 900, to: vpc.cidr, table: "main" },
    ...vpc.instances.map((instance) => ({
      preference: 1000,
      incoming: routerInterfaces.instance(instance.id),
      table: tableOf(instance),
    })),
    ...vpc.natGateways.map((gateway) => ({
      preference: 1000,
      incoming: routerInterfaces.natGateway(gateway),
      table: tableOf(gateway),
    })),
    ...neighboursOf(vpc).map((neighbour) => ({
      preference: 1000,
      incoming: routerInterfaces.neighbour(neighbour),
      table: tableOf(neighbour),
    })),
  ];
}

function subnetTable(vpc: Vpc, subnet: Subnet, table: number, prefixLists: Topology["prefixLists"]): IpRoute[] {
  const routes = subnet.routes.flatMap((route) => {
    const next = nextHop(vpc, route);
    return next === "local"
      ? []
      : destinations(route, prefixLists).map((destination) => ({ destination, table, ...next }));
  });
  // Without it, a packet that matches nothing here would go on to the main table, and out.
  const leadsOut = routes.some(({ destination }) => destination === "default");
  return leadsOut ? routes : [...routes, { destination: "default", table }];
}

/**
 * Route tables' "local" route is the rule with preference 900. A route to what is no longer there is a blackhole, as
 * in AWS (its state is then called so).
 */
function nextHop(vpc: Vpc, { target }: Route): "local" | Pick<IpRoute, "device" | "gateway"> {
  switch (target.kind) {
    case "local":
      return "local";
    case "internet-gateway":
      return vpc.internetGatewayId === target.id ? throughInternetGateway : blackhole;
    case "gateway-endpoint":
      return vpc.gatewayEndpoints.some(({ id }) => id === target.id)
        ? { device: routerInterfaces.gatewayEndpoints, gateway: uplink.internet }
        : blackhole;
    case "nat-gateway": {
      const gateway = vpc.natGateways.find(({ id }) => id === target.id);
      return gateway ? { device: routerInterfaces.natGateway(gateway), gateway: gateway.privateAddress } : blackhole;
    }
    case "peering-connection": {
      const peering = peeringsOf(vpc).find(({ id }) => id === target.id);
      return peering ? { device: routerInterfaces.peering(peering), gateway: endsOf(peering).other } : blackhole;
    }
  }
}

function destinations({ destination }: Route, prefixLists: Topology["prefixLists"]): readonly string[] {
  if (destination === "0.0.0.0/0") return ["default"];
  return destination.startsWith("pl-") ? prefixListOf(destination, prefixLists) : [destination];
}

/** The CIDRs of a prefix list. */
export function prefixListOf(id: string, prefixLists: Topology["prefixLists"]): readonly string[] {
  const cidrs = prefixLists[id];
  if (!cidrs) {
    const known = Object.keys(prefixLists).join(", ") || "none";
    throw new LinkError("SANDBOX_REFUSED", { what: `prefix list ${id} is unknown`, next: `use one of: ${known}` });
  }
  return cidrs;
}

const blackhole = {};
const throughInternetGateway = { device: routerInterfaces.internetGateway, gateway: uplink.internet } as const;
