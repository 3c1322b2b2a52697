/** The network as the kernel sees it: plain data, made by the renderers of this folder and carried out by apply.ts. */

import type { Table } from "./ruleset.ts";

export interface Interface {
  readonly name: string;
  /** With prefix length: `10.0.1.10/24`. */
  readonly addresses: readonly string[];
  /** Answers at once when asked (ARP) for an address behind another interface; Linux would wait up to 0.8 s. */
  readonly answersForNeighbours?: boolean;
}

export interface IpRoute {
  /** `default`, an address or a CIDR. */
  readonly destination: string;
  readonly table: "main" | number;
  /** Absent: packets vanish, as AWS drops what has no route. */
  readonly device?: string;
  /** On the device's link even if no address of the device says so. */
  readonly gateway?: string;
  readonly source?: string;
}

export interface IpRule {
  readonly preference: number;
  readonly to?: string;
  readonly incoming?: string;
  readonly mark?: number;
  readonly table: "main" | number;
}

export interface Namespace {
  readonly name: string;
  readonly sysctls: Readonly<Record<string, string | number>>;
  /** Loopback included. */
  readonly interfaces: readonly Interface[];
  readonly routes: readonly IpRoute[];
  readonly rules: readonly IpRule[];
  readonly tables: readonly Table[];
}

interface End {
  readonly namespace: string;
  readonly interface: string;
}

/** A veth pair. */
export interface Link {
  readonly near: End;
  readonly far: End & { readonly macAddress?: string };
}

export interface Network {
  readonly namespaces: readonly Namespace[];
  readonly links: readonly Link[];
}

const everywhere = {
  "net.ipv6.conf.all.disable_ipv6": 1,
  "net.ipv6.conf.default.disable_ipv6": 1,
  // Sources are checked by nftables per interface; the kernel's own check cannot know about translated addresses.
  "net.ipv4.conf.all.rp_filter": 0,
  "net.ipv4.conf.default.rp_filter": 0,
} as const;

/** Settings of a namespace that only sends and receives for itself. */
export const hostSysctls = { "net.ipv4.ip_forward": 0, ...everywhere } as const;

/** Settings of a namespace that forwards packets. The `default` ones are taken over by interfaces made later. */
export const routerSysctls = {
  "net.ipv4.ip_forward": 1,
  ...everywhere,
  "net.ipv4.conf.all.send_redirects": 0,
  "net.ipv4.conf.default.send_redirects": 0,
} as const;

/** Settings of a router that decides by connection. */
export const statefulRouterSysctls = {
  ...routerSysctls,
  // Otherwise a packet out of the middle of an unknown connection would be taken for an established one.
  "net.netfilter.nf_conntrack_tcp_loose": 0,
} as const;
