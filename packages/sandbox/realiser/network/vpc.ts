/** A VPC: one router for all subnets, with a cable of its own to every network interface. */

import type { Instance, Neighbour, Topology, Vpc } from "../../model/topology.ts";
import { macAddress, type NamespaceNames } from "../names.ts";
import { linkLocal, prefixLength, resolverAddress, routerAddress } from "./addressing.ts";
import { endsOf, hostInterface, neighboursOf, peeringsOf, routerInterfaces, subnetOf, uplink } from "./attachments.ts";
import { fenceTable } from "./fence.ts";
import { internetGatewayTable } from "./internet.ts";
import { type HealthyTargets, loadBalancerTable } from "./load-balancer.ts";
import { metadataTable } from "./metadata.ts";
import { hostSysctls, type Interface, type Link, type Namespace, statefulRouterSysctls } from "./model.ts";
import { gatewayEndpointTable } from "./nat.ts";
import { vpcRoutes, vpcRules } from "./routes.ts";

export function vpcNamespace(
  names: NamespaceNames,
  vpc: Vpc,
  prefixLists: Topology["prefixLists"],
  endpointSource: string,
  healthy: HealthyTargets,
): Namespace {
  return {
    name: names.vpc(vpc.id),
    sysctls: {
      ...statefulRouterSysctls,
      // There is no bridge: the router answers for every neighbour, so that traffic inside a subnet meets it too.
      "net.ipv4.conf.default.proxy_arp": 1,
    },
    interfaces: [
      { name: "lo", addresses: ownAddresses(vpc).map((address) => `${address}/32`) },
      ...uplinkInterfaces(vpc),
      ...peeringsOf(vpc).map((one) => ({ name: routerInterfaces.peering(one), addresses: [`${endsOf(one).own}/32`] })),
      ...vpcLinks(names, vpc).map(({ near }) => ({
        name: near.interface,
        addresses: [],
        answersForNeighbours: true,
      })),
    ],
    routes: vpcRoutes(vpc, prefixLists),
    rules: vpcRules(vpc),
    tables: [
      internetGatewayTable(vpc),
      fenceTable(vpc, prefixLists),
      loadBalancerTable(vpc, healthy),
      gatewayEndpointTable(endpointSource),
      metadataTable(vpc),
    ],
  };
}

/** The cables from the router to instances, NAT gateways and neighbours. */
export function vpcLinks(names: NamespaceNames, vpc: Vpc): Link[] {
  const router = names.vpc(vpc.id);
  return [
    ...vpc.natGateways.map((gateway) => ({
      near: { namespace: router, interface: routerInterfaces.natGateway(gateway) },
      far: { namespace: names.natGateway(gateway.id), interface: hostInterface },
    })),
    ...vpc.instances.map(({ id }) => ({
      near: { namespace: router, interface: routerInterfaces.instance(id) },
      far: { namespace: names.instance(id), interface: hostInterface, macAddress: macAddress(id) },
    })),
    ...neighboursOf(vpc).map((neighbour) => ({
      near: { namespace: router, interface: routerInterfaces.neighbour(neighbour) },
      far: { namespace: names.internetHost(neighbour.name), interface: hostInterface },
    })),
  ];
}

/** The cables from the router to those of other VPCs, each laid once: by the VPC that asked for the connection. */
export function peeringLinks(names: NamespaceNames, vpc: Vpc): Link[] {
  return peeringsOf(vpc)
    .filter(({ end }) => end === "requester")
    .map((peering) => ({
      near: { namespace: names.vpc(vpc.id), interface: routerInterfaces.peering(peering) },
      far: { namespace: names.vpc(peering.peerVpcId), interface: routerInterfaces.peering(peering) },
    }));
}

/** The network of an instance, addressed from outside: no DHCP client runs in it. */
export const instanceNamespace = (names: NamespaceNames, vpc: Vpc, instance: Instance): Namespace =>
  machineNamespace(names.instance(instance.id), vpc, instance);

/** The network of a machine that is in no stack. */
export const neighbourNamespace = (names: NamespaceNames, vpc: Vpc, neighbour: Neighbour): Namespace =>
  machineNamespace(names.internetHost(neighbour.name), vpc, neighbour);

function machineNamespace(name: string, vpc: Vpc, machine: Instance | Neighbour): Namespace {
  const { cidr } = subnetOf(vpc, machine);
  return {
    name,
    sysctls: hostSysctls,
    interfaces: [
      { name: "lo", addresses: [] },
      { name: hostInterface, addresses: [`${machine.privateAddress}/${prefixLength(cidr)}`] },
    ],
    routes: [{ destination: "default", table: "main", device: hostInterface, gateway: routerAddress(cidr) }],
    rules: [],
    tables: [],
  };
}

/** What the VPC itself answers to: its routers, resolver, metadata service, load balancer nodes and endpoints. */
function ownAddresses(vpc: Vpc): string[] {
  return [
    ...vpc.subnets.map(({ cidr }) => routerAddress(cidr)),
    resolverAddress(vpc.cidr),
    linkLocal.resolver,
    linkLocal.metadata,
    ...vpc.loadBalancers.flatMap(({ nodes }) => nodes.map(({ privateAddress }) => privateAddress)),
    ...vpc.interfaceEndpoints.flatMap(({ addresses }) => addresses.map(({ address }) => address)),
  ];
}

function uplinkInterfaces(vpc: Vpc): Interface[] {
  const addresses = [`${uplink.vpc}/32`];
  return [
    ...(vpc.internetGatewayId ? [{ name: routerInterfaces.internetGateway, addresses }] : []),
    ...(vpc.gatewayEndpoints.length > 0 ? [{ name: routerInterfaces.gatewayEndpoints, addresses }] : []),
  ];
}
