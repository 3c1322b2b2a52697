import { readFileSync } from "node:fs";
import { type Check, type HostFile, hostPaths, type ProbeSpec, type ServiceSpec } from "@metrics-link/release";

/** Units of a release, and those that cloud-init brings. */
export const unitNames = {
  ports: "metrics-link-ports.service",
  envoy: "metrics-link-envoy.service",
  prometheus: "metrics-link-prometheus.service",
  nodeExporter: "metrics-link-node-exporter.service",
  repair: "metrics-link-repair.service",
  agent: "metrics-link-agent.service",
  agentTimer: "metrics-link-agent.timer",
} as const;

/** Makes the data volume ready, and mounts it; from cloud-init, because nothing of a release may touch a file system. */
export const dataUnitName = "metrics-link-data.service";
/** systemd names a mount by its path, with a dash for each slash and dashes escaped (systemd-escape(1)). */
export const dataMountName = `${hostPaths.data.slice(1).replaceAll("-", "\\x2d").replaceAll("/", "-")}.mount`;

/** Fetches the agent; done as soon as there is one. */
export const bootstrapUnitName = "metrics-link-bootstrap.service";

/** Where node_exporter picks up what the agent says of itself. */
export const textfileDirectory = "/var/lib/metrics-link-agent/textfile";

/** What the repairer knows and has done; on the data volume. */
export const repairDirectory = `${hostPaths.data}/repair`;
/** Where node_exporter picks up what the repairer says of itself; gone when the repairer is. */
export const repairTextfileDirectory = "/run/metrics-link-repair";

/** A systemd unit as plain data: section → key → value, or several values of a key that may stand repeatedly. */
export type Unit = Readonly<Record<string, Readonly<Record<string, string | number | boolean | readonly string[]>>>>;

/** The text of a unit file (systemd.syntax). */
export function unitText(unit: Unit): string {
  const value = (found: string | number | boolean) =>
    typeof found === "boolean" ? (found ? "yes" : "no") : `${found}`;
  return Object.entries(unit)
    .map(([section, entries]) => {
      const lines = Object.entries(entries).flatMap(([key, found]) =>
        (Array.isArray(found) ? found : [found]).map((one) => `${key}=${value(one)}`),
      );
      return `[${section}]\n${lines.join("\n")}\n`;
    })
    .join("\n");
}

/**
 * An argument vector as systemd reads it back unchanged (systemd.service, "Command lines"): specifiers and variables
 * escaped, everything quoted that is not plainly harmless.
 */
export function commandLine(argv: readonly string[]): string {
  return argv
    .map((argument) => argument.replaceAll("%", "%%").replaceAll("$", "$$$$"))
    .map((argument) =>
      /^[A-Za-z0-9_./:=,@%$+-]+$/.test(argument) ? argument : `"${argument.replaceAll(/["\\]/g, "\\$&")}"`,
    )
    .join(" ");
}

/**
 * What every service of ours is denied (systemd.exec; `systemd-analyze security` scores it). A unit adds the paths it
 * must write, and the ports and addresses that it needs (`heldTo`).
 *
 * AF_NETLINK stays open: Envoy, Prometheus and node_exporter list network interfaces through it.
 */
export const hardening = {
  NoNewPrivileges: true,
  CapabilityBoundingSet: "",
  AmbientCapabilities: "",
  ProtectSystem: "strict",
  ProtectHome: true,
  PrivateTmp: true,
  PrivateDevices: true,
  PrivateUsers: true,
  ProtectClock: true,
  ProtectHostname: true,
  ProtectKernelLogs: true,
  ProtectKernelModules: true,
  ProtectKernelTunables: true,
  ProtectControlGroups: true,
  ProtectProc: "invisible",
  ProcSubset: "pid",
  RestrictAddressFamilies: "AF_UNIX AF_INET AF_INET6 AF_NETLINK",
  RestrictNamespaces: true,
  RestrictRealtime: true,
  RestrictSUIDSGID: true,
  LockPersonality: true,
  MemoryDenyWriteExecute: true,
  RemoveIPC: true,
  SocketBindDeny: "any",
  KeyringMode: "private",
  SystemCallArchitectures: "native",
  SystemCallFilter: ["@system-service", "~@privileged @resources"],
  SystemCallErrorNumber: "EPERM",
  UMask: "0077",
} as const;

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

/** What a set of services adds to a release. */
export interface ServiceSet {
  readonly files: readonly HostFile[];
  readonly services: readonly ServiceSpec[];
  readonly checks: readonly Check[];
  readonly probes: readonly ProbeSpec[];
  /** The tools of the bucket that the services run; the agent needs none of them but `node`. */
  readonly tools: readonly string[];
}

/** By default systemd leaves a service down after five starts in ten seconds. */
export const neverGivesUp = { StartLimitIntervalSec: 0 };

export function running(user: string) {
  return { Type: "exec", User: user, Group: user, Restart: "always", RestartSec: 1 };
}

export function unitFile(name: string, unit: Unit): HostFile {
  return { path: `systemd/${name}`, content: unitText(unit), mode: "0644", owner: "root", group: "root" };
}

/** A script of this room as a file of a release. @param name below scripts/ */
export function scriptFile(path: string, name: string): HostFile {
  const content = readFileSync(new URL(`./scripts/${name}`, import.meta.url), "utf8");
  return { path, content, mode: "0644", owner: "root", group: "root" };
}
