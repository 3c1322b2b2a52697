/** IPv4 blocks as EC2 reads them. */

import { type Block, formatAddress, LinkError, parseAddress, parseBlock } from "@metrics-link/contract";

export { type Block, contains, formatAddress, overlaps, parseAddress } from "@metrics-link/contract";

/** The block of a CIDR that a check has passed already. */
export function blockOf(cidr: string): Block {
  const block = parseBlock(cidr);
  if (block === undefined) throw new LinkError("INTERNAL", { what: `${cidr} is not an IPv4 CIDR block` });
  return block;
}

/** What is wrong with an IPv4 CIDR, or undefined. */
export function cidrFault(cidr: string): string | undefined {
  if (parseBlock(cidr) !== undefined) return;
  const [address = "", prefix = ""] = cidr.split("/");
  const number = parseAddress(address);
  if (number === undefined || !/^\d{1,2}$/.test(prefix) || Number(prefix) > 32) {
    return `"${cidr}" is no IPv4 CIDR block such as 10.0.0.0/16`;
  }
  const size = 2 ** (32 - Number(prefix));
  const canonical = `${formatAddress(Math.floor(number / size) * size)}/${prefix}`;
  return `"${cidr}" has bits set right of its prefix length; the block is ${canonical}`;
}

/**
 * What is wrong with the CIDR of a VPC or subnet, or undefined.
 * https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html: "between a /28 netmask and /16 netmask".
 */
export function networkFault(cidr: string): string | undefined {
  const fault = cidrFault(cidr);
  if (fault !== undefined) return fault;
  const { prefix } = blockOf(cidr);
  return prefix >= 16 && prefix <= 28 ? undefined : `"${cidr}" is a /${prefix}; the size must be between /16 and /28`;
}

/**
 * Addresses of a subnet that AWS keeps for itself: the network, the router, DNS, one for the future, the broadcast.
 * https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 */
const RESERVED_AT_START = 4;
const RESERVED_AT_END = 1;

/** Whether a resource may have this address of the subnet. */
export function isUsable(subnet: Block, address: number): boolean {
  return address >= subnet.first + RESERVED_AT_START && address <= subnet.last - RESERVED_AT_END;
}

/** The lowest usable address of the subnet that is not taken, or undefined when it is full. */
export function lowestFree(subnet: Block, taken: ReadonlySet<string>): string | undefined {
  for (let address = subnet.first + RESERVED_AT_START; isUsable(subnet, address); address++) {
    const text = formatAddress(address);
    if (!taken.has(text)) return text;
  }
  return undefined;
}
