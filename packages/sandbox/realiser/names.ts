import { createHash } from "node:crypto";
import type { Layout } from "../model/layout.ts";

/** Addresses on the sandbox's internet where AWS's public services answer. */
export const serviceAddresses = {
  /** S3, inside the prefix list 192.0.2.128/25. */
  s3: "192.0.2.129",
  /** Every other public AWS name: outside S3's prefix list, so that no gateway endpoint leads here. */
  front: "192.0.2.100",
} as const;

/** How the kernel objects of one sandbox are called. Everything starts with the tag, so a crash can be swept by name. */
export interface NamespaceNames {
  readonly prefix: string;
  /** The internet: a router, with AWS's public services on its loopback. */
  readonly internet: string;
  vpc(vpcId: string): string;
  instance(instanceId: string): string;
  natGateway(natGatewayId: string): string;
  internetHost(name: string): string;
}

/** Names of the network namespaces of a sandbox, as `ip netns` lists them. */
export function namespaces(layout: Pick<Layout, "tag">): NamespaceNames {
  const prefix = `ml${layout.tag}-`;
  return {
    prefix,
    internet: `${prefix}inet`,
    vpc: (vpcId) => prefix + vpcId,
    instance: (instanceId) => prefix + instanceId,
    natGateway: (natGatewayId) => prefix + natGatewayId,
    internetHost: (name) => `${prefix}host-${name}`,
  };
}

/** Where a namespace made by `ip netns add` is mounted. */
export function namespacePath(namespace: string): string {
  return `/run/netns/${namespace}`;
}

/** The name of an instance's control groups and of its nspawn machine. */
export function machineName(layout: Pick<Layout, "tag">, instanceId: string): string {
  return namespaces(layout).prefix + instanceId;
}

/** Linux's IFNAMSIZ leaves 15 bytes; a two-letter kind leaves 13. */
const maximumInterfaceName = 15;

/** An interface name for the thing called `id`: `e-0a1b2c3d4e5f` for `i-01234` + `0a1b2c3d4e5f`, hashed if it must be. */
export function interfaceName(kind: "e" | "n" | "v" | "g" | "w" | "p", id: string): string {
  const room = maximumInterfaceName - 2;
  const [, hexadecimal] = /^[a-z]+-([0-9a-f]{17})$/.exec(id) ?? [];
  if (hexadecimal !== undefined) return `${kind}-${hexadecimal.slice(-12)}`;
  if (id.length <= room) return `${kind}-${id}`;
  return `${kind}-${createHash("sha256").update(id).digest("hex").slice(0, 12)}`;
}

/** The Ethernet address of an instance's network interface, as its metadata service must tell it. */
export function macAddress(instanceId: string): string {
  const digest = createHash("sha256").update(instanceId).digest("hex");
  // 02: locally administered, unicast (IEEE 802), which is also what EC2 uses.
  return ["02", ...(digest.match(/../g) ?? []).slice(0, 5)].join(":");
}
