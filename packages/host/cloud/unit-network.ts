/**
 * What the kernel lets a unit do on the network: BPF programs on the unit's control group look at each packet
 * (IPAddressAllow=, IPAddressDeny=) and at each bind (SocketBindAllow=, SocketBindDeny=); systemd.resource-control(5).
 */

/** IPv4 ranges that are nobody's public address (RFC 6890), loopback apart, and all of IPv6, which no host has. */
const notPublic = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/4",
  "240.0.0.0/4",
  "::/0",
] as const;

export interface UnitNetwork {
  /** TCP ports that the unit listens on; it can bind no other. */
  readonly listens: readonly number[];
  /** IPv4 addresses and ranges that packets may go to and come from, besides loopback. */
  readonly addresses?: readonly string[];
  /**
   * For a listener that strangers must be able to reach, because they are counted and told of: any public address may
   * speak to it as well. The VPC's own range, which need not be a private one, is not public.
   */
  readonly public?: { readonly butNot: string };
}

/** The lines of a unit that is held to its network. The metadata service (169.254.169.254) is never part of it. */
export function heldTo({ listens, addresses = [], public: open }: UnitNetwork) {
  return {
    IPAddressDeny: open === undefined ? "any" : [...notPublic, open.butNot].join(" "),
    // Whatever stands here is allowed even if it is denied above.
    IPAddressAllow: ["localhost", ...addresses].join(" "),
    // The counters are kept by the program that looks at the addresses: that they are there shows that it is loaded.
    IPAccounting: true,
    SocketBindDeny: "any",
    ...(listens.length === 0 ? {} : bindsReservedPorts(listens)),
  };
}

/** Below `firstUnprivilegedPort` only who has this capability may bind, and it counts in the host's own user namespace. */
function bindsReservedPorts(listens: readonly number[]) {
  return {
    SocketBindAllow: listens.map((port) => `ipv4:tcp:${port}`),
    CapabilityBoundingSet: "CAP_NET_BIND_SERVICE",
    AmbientCapabilities: "CAP_NET_BIND_SERVICE",
    PrivateUsers: false,
  };
}
