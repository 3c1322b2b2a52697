/** The internet: a router that knows one address at a time, and the internet gateways that lead to it. */

import type { InternetHost, Topology, Vpc } from "../../model/topology.ts";
import { interfaceName, type NamespaceNames, serviceAddresses } from "../names.ts";
import { elasticAddresses, hostInterface, routerInterfaces, uplink } from "./attachments.ts";
import { hostSysctls, type IpRoute, type Link, type Namespace, routerSysctls } from "./model.ts";
import { quoted, type Table } from "./ruleset.ts";

/** The router between everybody. What has no route vanishes. */
export function internetNamespace(
  names: NamespaceNames,
  topology: Topology,
  endpointSources: ReadonlyMap<string, string>,
): Namespace {
  const toVpcs = topology.vpcs.flatMap((vpc) => [
    ...elasticAddresses(vpc).map(({ publicAddress }) => route(publicAddress, interfaceName("v", vpc.id), uplink.vpc)),
    ...(vpc.gatewayEndpoints.length > 0
      ? [route(endpointSources.get(vpc.id) ?? "", interfaceName("g", vpc.id), uplink.vpc)]
      : []),
  ]);
  const toHosts = topology.internetHosts.map(({ name, address }) => route(address, interfaceName("w", name)));
  return {
    name: names.internet,
    sysctls: routerSysctls,
    interfaces: [
      { name: "lo", addresses: Object.values(serviceAddresses).map((address) => `${address}/32`) },
      ...internetLinks(names, topology).map(({ near }) => ({
        name: near.interface,
        addresses: [`${uplink.internet}/32`],
      })),
    ],
    routes: [...toVpcs, ...toHosts, { destination: "default", table: "main" }],
    rules: [],
    tables: [sourceValidation],
  };
}

/** Every cable that ends at the internet. */
export function internetLinks(names: NamespaceNames, topology: Topology): Link[] {
  const link = (name: string, namespace: string, far: string): Link => ({
    near: { namespace: names.internet, interface: name },
    far: { namespace, interface: far },
  });
  return [
    ...topology.vpcs.flatMap((vpc) => [
      ...(vpc.internetGatewayId
        ? [link(interfaceName("v", vpc.id), names.vpc(vpc.id), routerInterfaces.internetGateway)]
        : []),
      ...(vpc.gatewayEndpoints.length > 0
        ? [link(interfaceName("g", vpc.id), names.vpc(vpc.id), routerInterfaces.gatewayEndpoints)]
        : []),
    ]),
    ...topology.internetHosts.map(({ name }) =>
      link(interfaceName("w", name), names.internetHost(name), hostInterface),
    ),
  ];
}

/** A machine outside all accounts: one public address and an internet connection. */
export function internetHostNamespace(names: NamespaceNames, host: InternetHost): Namespace {
  return {
    name: names.internetHost(host.name),
    sysctls: hostSysctls,
    interfaces: [
      { name: "lo", addresses: [] },
      { name: hostInterface, addresses: [`${host.address}/32`] },
    ],
    routes: [
      {
        destination: "default",
        table: "main",
        device: hostInterface,
        gateway: uplink.internet,
        source: host.address,
      },
    ],
    rules: [],
    tables: [],
  };
}

/**
 * An internet gateway translates one to one and keeps no state (VPC user guide, "Internet gateways"). It works before
 * connection tracking, so that everything behind it, security groups included, sees private addresses only.
 */
export function internetGatewayTable(vpc: Vpc): Table {
  const pairs = elasticAddresses(vpc);
  const gateway = quoted(routerInterfaces.internetGateway);
  return {
    name: "internet_gateway",
    maps: [
      {
        name: "inbound",
        key: "ipv4_addr",
        value: "ipv4_addr",
        elements: pairs.map(({ publicAddress, privateAddress }) => [publicAddress, privateAddress]),
      },
      {
        name: "outbound",
        key: "ipv4_addr",
        value: "ipv4_addr",
        elements: pairs.map(({ publicAddress, privateAddress }) => [privateAddress, publicAddress]),
      },
    ],
    chains: [
      {
        name: "from_internet",
        base: { type: "filter", hook: "prerouting", priority: -310, policy: "accept" },
        rules: [
          `iifname ${gateway} ip daddr ${vpc.cidr} counter drop`,
          `iifname ${gateway} ip daddr set ip daddr map @inbound`,
        ],
      },
      {
        name: "to_internet",
        base: { type: "filter", hook: "postrouting", priority: 310, policy: "accept" },
        rules: [
          `oifname ${gateway} ip saddr set ip saddr map @outbound`,
          `oifname ${gateway} ip saddr ${vpc.cidr} counter drop`,
        ],
      },
    ],
  };
}

/** Nobody on the internet can send with another's address (BCP 38): the way back must be the way in. */
const sourceValidation: Table = {
  name: "internet",
  chains: [
    {
      name: "source_validation",
      base: { type: "filter", hook: "prerouting", priority: -305, policy: "accept" },
      rules: [`iifname "lo" accept`, "fib saddr . iif oif missing counter drop"],
    },
  ],
};

function route(destination: string, device: string, gateway?: string): IpRoute {
  return { destination, table: "main", device, ...(gateway ? { gateway } : {}) };
}
