import { LinkError } from "@metrics-link/contract";
import type { NatGateway, Neighbour, Peering, Vpc } from "../../model/topology.ts";
import { interfaceName } from "../names.ts";

/** The interfaces of a VPC's router, by what is behind them. */
export const routerInterfaces = {
  internetGateway: "igw",
  /** The way of gateway endpoints to AWS's services, past the internet gateway. */
  gatewayEndpoints: "aws",
  instance: (id: string) => interfaceName("e", id),
  natGateway: (gateway: NatGateway) => interfaceName("n", gateway.id),
  neighbour: ({ name }: Neighbour) => interfaceName("w", name),
  peering: ({ id }: Peering) => interfaceName("p", id),
} as const;

/** The single interface of a host or of a NAT gateway. */
export const hostInterface = "eth0";

/** Both ends of a link to the internet, the same on every link: routes name the device. */
export const uplink = { internet: "169.254.1.1", vpc: "169.254.1.2" } as const;

/** Both ends of a peering connection, the same on every one. */
const peeringEnds = { requester: "169.254.2.1", accepter: "169.254.2.2" } as const;

/** The address of a network at a peering connection, and that of the other one. */
export const endsOf = ({ end }: Peering): { readonly own: string; readonly other: string } =>
  end === "requester"
    ? { own: peeringEnds.requester, other: peeringEnds.accepter }
    : { own: peeringEnds.accepter, other: peeringEnds.requester };

/** Everything in the VPC that has an Elastic IP, as pairs. */
export function elasticAddresses(vpc: Vpc): { publicAddress: string; privateAddress: string }[] {
  if (vpc.internetGatewayId === undefined) return [];
  return [...vpc.natGateways, ...vpc.instances, ...vpc.loadBalancers.flatMap(({ nodes }) => nodes)].flatMap(
    ({ publicAddress, privateAddress }) => (publicAddress ? [{ publicAddress, privateAddress }] : []),
  );
}

/** Machines that are in no stack. */
export const neighboursOf = ({ neighbours = [] }: Vpc): readonly Neighbour[] => neighbours;

export const peeringsOf = ({ peerings = [] }: Vpc): readonly Peering[] => peerings;

/** Finds a subnet; a resource in an unknown one means that the cloud and the realiser disagree. */
export function subnetOf(vpc: Vpc, resource: { readonly id?: string; readonly subnetId: string }) {
  const subnet = vpc.subnets.find(({ id }) => id === resource.subnetId);
  if (!subnet)
    throw new LinkError("INTERNAL", {
      what: `${resource.id ?? "a resource"} is in subnet ${resource.subnetId}, unknown in ${vpc.id}`,
    });
  return subnet;
}
