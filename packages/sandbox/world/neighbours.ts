/** Machines that are in no stack and leave by the same NAT gateway as a host: whoever shares an address with a sender. */
import type { Neighbour, Topology, Vpc } from "../model/topology.ts";
import { addressAt, prefixLength } from "../realiser/network/addressing.ts";
import type { NeighbourOf } from "./settings.ts";

/** Each in the subnet of its host; none while the host is not there. */
export const withNeighbours = (topology: Topology, neighbours: readonly NeighbourOf[]): Topology => ({
  ...topology,
  vpcs: topology.vpcs.map((vpc) => {
    const here = neighbours.flatMap((neighbour, index) => beside(vpc, neighbour, index));
    return here.length === 0 ? vpc : { ...vpc, neighbours: here };
  }),
});

/** EC2 hands addresses out from the start of a subnet, and keeps the last one for itself. */
function beside(vpc: Vpc, { name, host }: NeighbourOf, index: number): Neighbour[] {
  const instance = vpc.instances.find((one) => one.name === host);
  const subnet = vpc.subnets.find(({ id }) => id === instance?.subnetId);
  if (subnet === undefined) return [];
  const last = 2 ** (32 - prefixLength(subnet.cidr)) - 2;
  return [{ name, subnetId: subnet.id, privateAddress: addressAt(subnet.cidr, last - index) }];
}
