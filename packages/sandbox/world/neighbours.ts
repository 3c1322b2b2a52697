/** Machines that are in no stack: whoever shares an address with a sender, and what others have to be scraped. */
import type { Neighbour, Topology, Vpc } from "../model/topology.ts";
import { addressAt, prefixLength } from "../realiser/network/addressing.ts";
import type { NeighbourOf } from "./settings.ts";

/** Each in the subnet of its host, or in its own; none while that is not there. */
export const withNeighbours = (topology: Topology, neighbours: readonly NeighbourOf[]): Topology => ({
  ...topology,
  vpcs: topology.vpcs.map((vpc) => {
    const here = neighbours.flatMap((neighbour, index) => placed(vpc, neighbour, index));
    return here.length === 0 ? vpc : { ...vpc, neighbours: here };
  }),
});

/** EC2 hands addresses out from the start of a subnet, and keeps the last one for itself. */
function placed(vpc: Vpc, { name, host, subnetId }: NeighbourOf, index: number): Neighbour[] {
  const wanted = subnetId ?? vpc.instances.find((one) => one.name === host)?.subnetId;
  const subnet = vpc.subnets.find(({ id }) => id === wanted);
  if (subnet === undefined) return [];
  const last = 2 ** (32 - prefixLength(subnet.cidr)) - 2;
  const privateAddress = addressAt(subnet.cidr, last - index);
  return [{ name, subnetId: subnet.id, privateAddress, ...(subnetId === undefined ? {} : { isOpen: true }) }];
}
