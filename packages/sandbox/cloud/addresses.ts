/** IPv4 blocks as EC2 reads them. */

import { LinkError } from "@metrics-link/contract";

export interface Block {
  /** First and last address as unsigned 32-bit numbers. */
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
}

/** An IPv4 address as a number, or undefined if it is none. Leading zeros are refused: some parsers read octal. */
export function parseAddress(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

/** The block of a CIDR text, or undefined if it is none or has bits set right of its prefix (10.0.0.1/24). */
function parseBlock(cidr: string): Block | undefined {
  const match = /^([\d.]+)\/(\d{1,2})$/.exec(cidr);
  const first = parseAddress(match?.[1] ?? "");
  const prefix = Number(match?.[2]);
  if (first === undefined || prefix > 32) return;
  const size = 2 ** (32 - prefix);
  return first % size === 0 ? { first, last: first + size - 1, prefix } : undefined;
}

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

export function contains(outer: Block, inner: Block): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

export function overlaps(a: Block, b: Block): boolean {
  return a.first <= b.last && b.first <= a.last;
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
