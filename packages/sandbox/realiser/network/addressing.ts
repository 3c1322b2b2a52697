/** IPv4 arithmetic for the addresses that AWS derives from a CIDR. */

import { formatAddress, parseAddress } from "@metrics-link/contract";

/** The prefix length of a CIDR: 24 for `10.0.1.0/24`. */
export function prefixLength(cidr: string): number {
  return Number(cidr.split("/")[1]);
}

/** The address `offset` places after the first one of `cidr`. */
export function addressAt(cidr: string, offset: number): string {
  return formatAddress((parseAddress(cidr.split("/")[0] ?? "") ?? 0) + offset);
}

/** The router of a subnet, at base + 1 (VPC user guide, "Subnet CIDR blocks"). */
export const routerAddress = (subnetCidr: string): string => addressAt(subnetCidr, 1);

/** The resolver of a VPC, at base + 2 (VPC user guide, "Amazon DNS server"). */
export const resolverAddress = (vpcCidr: string): string => addressAt(vpcCidr, 2);

/** Where a VPC offers its resolver and its metadata service besides. */
export const linkLocal = { resolver: "169.254.169.253", metadata: "169.254.169.254" } as const;

/**
 * One address per VPC out of 198.18.0.0/15 (RFC 2544, never routed), behind which the VPC's hosts appear at a gateway
 * endpoint: two VPCs may have the same private addresses. Derived from the id, so that it outlives other VPCs.
 */
export function endpointSources(vpcIds: readonly string[], hash: (text: string) => number): Map<string, string> {
  const size = 2 ** 17;
  const taken = new Set<number>();
  const sources = new Map<string, string>();
  for (const id of [...vpcIds].sort()) {
    let place = hash(id) % size;
    while (taken.has(place)) place = (place + 1) % size;
    taken.add(place);
    sources.set(id, addressAt("198.18.0.0/15", place));
  }
  return sources;
}
