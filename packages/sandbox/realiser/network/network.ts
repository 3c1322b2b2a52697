import { createHash } from "node:crypto";
import type { Topology } from "../../model/topology.ts";
import type { NamespaceNames } from "../names.ts";
import { endpointSources } from "./addressing.ts";
import { neighboursOf } from "./attachments.ts";
import { internetHostNamespace, internetLinks, internetNamespace } from "./internet.ts";
import type { HealthyTargets } from "./load-balancer.ts";
import type { Network } from "./model.ts";
import { natGatewayNamespace } from "./nat.ts";
import { instanceNamespace, neighbourNamespace, peeringLinks, vpcLinks, vpcNamespace } from "./vpc.ts";

/** The address, by VPC id, under which a VPC's hosts come to AWS's services through a gateway endpoint. */
export function gatewayEndpointSources(topology: Topology): Map<string, string> {
  return endpointSources(
    topology.vpcs.map(({ id }) => id),
    (text) => createHash("sha256").update(text).digest().readUInt32BE(),
  );
}

/** The network that a topology amounts to. Pure: the same topology always gives the same network. */
export function networkOf(names: NamespaceNames, topology: Topology, healthy: HealthyTargets): Network {
  const sources = gatewayEndpointSources(topology);
  return {
    namespaces: [
      internetNamespace(names, topology, sources),
      ...topology.internetHosts.map((host) => internetHostNamespace(names, host)),
      ...topology.vpcs.flatMap((vpc) => [
        vpcNamespace(names, vpc, topology.prefixLists, sources.get(vpc.id) ?? "", healthy),
        ...vpc.natGateways.map((gateway) => natGatewayNamespace(names.natGateway(gateway.id), vpc, gateway)),
        ...vpc.instances.map((instance) => instanceNamespace(names, vpc, instance)),
        ...neighboursOf(vpc).map((neighbour) => neighbourNamespace(names, vpc, neighbour)),
      ]),
    ],
    links: [
      ...internetLinks(names, topology),
      ...topology.vpcs.flatMap((vpc) => [...vpcLinks(names, vpc), ...peeringLinks(names, vpc)]),
    ],
  };
}
