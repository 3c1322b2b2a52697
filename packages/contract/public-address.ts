import { BlockList, isIPv4 } from "node:net";

/** RFC 5737: for documentation, routed nowhere. Only a network that is a trial may use them as public addresses. */
const documentation = blocks(["192.0.2.0", 24], ["198.51.100.0", 24], ["203.0.113.0", 24]);

/**
 * Every block of the IANA IPv4 Special-Purpose Address Registry (RFC 6890) that is not globally reachable, multicast
 * (RFC 5771) and the reserved rest. Among them: private, loopback, link-local with the metadata service, carrier NAT.
 */
const notPublic = blocks(
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
);

function blocks(...list: readonly (readonly [address: string, prefix: number])[]): BlockList {
  const found = new BlockList();
  for (const [address, prefix] of list) found.addSubnet(address, prefix);
  return found;
}

/** Whether a text is one of the addresses that RFC 5737 keeps for documentation. */
export const isDocumentationAddress = (text: string): boolean => isIPv4(text) && documentation.check(text);

/**
 * Whether a text is one public unicast IPv4 address in plain dotted notation. `isIPv4` refuses leading zeros, which
 * other readers take for octal. Documentation addresses count: whether they may be used the configuration says.
 */
export const isPublicAddress = (text: string): boolean => isIPv4(text) && !notPublic.check(text);

/** How many addresses a side may have: a sender leaves by one NAT gateway, a receiver has one in each of its zones. */
export const mostAddresses = { sender: 1, receiver: 2 } as const;
