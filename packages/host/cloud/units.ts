import { readFileSync } from "node:fs";
import { type Check, type HostFile, hostPaths, type ProbeSpec, ports, type ServiceSpec } from "@metrics-link/release";

/** Units of a release, and those that cloud-init brings. */
export const unitNames = {
  ports: "metrics-link-ports.service",
  envoy: "metrics-link-envoy.service",
  prometheus: "metrics-link-prometheus.service",
  nodeExporter: "metrics-link-node-exporter.service",
  repair: "metrics-link-repair.service",
  gate: "metrics-link-gate.service",
  exporter: "metrics-link-exporter.service",
  agent: "metrics-link-agent.service",
  agentTimer: "metrics-link-agent.timer",
} as const;

/** Prepares the data volume and mounts it; from cloud-init, because a release may not touch file systems. */
export const dataUnitName = "metrics-link-data.service";
/** systemd names a mount unit by its path, with slashes as dashes and dashes escaped (systemd-escape(1)). */
export const dataMountName = `${hostPaths.data.slice(1).replaceAll("-", "\\x2d").replaceAll("/", "-")}.mount`;

/** Downloads the first agent. */
export const bootstrapUnitName = "metrics-link-bootstrap.service";

/** Where node_exporter picks up the agent's metrics. */
export const textfileDirectory = "/var/lib/metrics-link-agent/textfile";

/** The repairer's state and reports; on the data volume. */
export const repairDirectory = `${hostPaths.data}/repair`;
/** Where node_exporter picks up the repairer's metrics; removed when the repairer stops. */
export const repairTextfileDirectory = "/run/metrics-link-repair";

/** A systemd unit as plain data: section → key → value, or several values for a key that may repeat. */
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
 * An argument vector that systemd reads back unchanged (systemd.service, "Command lines"): specifiers and variables are
 * escaped, and every argument with unusual characters is quoted.
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
 * The restrictions of every service (systemd.exec; `systemd-analyze security` scores them). A unit adds the paths that it
 * must write, and the ports and addresses that it needs (`restrictedTo`).
 *
 * AF_NETLINK stays allowed: Envoy, Prometheus and node_exporter list network interfaces through it.
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

/** IPv4 ranges without public addresses (RFC 6890), except loopback, and all of IPv6, which no host has. */
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
   * Also allows every public address, for a listener that counts and reports strangers. The VPC's own range, which need not
   * be private, is not public.
   */
  readonly public?: { readonly butNot: string };
}

/**
 * The lines that restrict a unit to its network: BPF programs on the unit's control group check each packet
 * (IPAddressAllow=, IPAddressDeny=) and each bind (SocketBindAllow=, SocketBindDeny=); systemd.resource-control(5). The
 * metadata service (169.254.169.254) is never allowed.
 */
export function restrictedTo({ listens, addresses = [], public: open }: UnitNetwork) {
  return {
    IPAddressDeny: open === undefined ? "any" : [...notPublic, open.butNot].join(" "),
    // Overrides the denied ranges above.
    IPAddressAllow: ["localhost", ...addresses].join(" "),
    // The BPF program keeps the counters: if they exist, it is loaded.
    IPAccounting: true,
    SocketBindDeny: "any",
    ...(listens.length === 0 ? {} : bindsReservedPorts(listens)),
  };
}

/** Ports below `firstUnprivilegedPort` need this capability, in the host's own user namespace. */
function bindsReservedPorts(listens: readonly number[]) {
  return {
    SocketBindAllow: listens.map((port) => `ipv4:tcp:${port}`),
    CapabilityBoundingSet: "CAP_NET_BIND_SERVICE",
    AmbientCapabilities: "CAP_NET_BIND_SERVICE",
    PrivateUsers: false,
  };
}

/** What a service adds to a release. */
export interface ServiceSet {
  readonly files: readonly HostFile[];
  readonly services: readonly ServiceSpec[];
  readonly checks: readonly Check[];
  readonly probes: readonly ProbeSpec[];
  /** Tools of the bucket that the service runs; the agent itself needs only `node`. */
  readonly tools: readonly string[];
}

/** By default systemd gives up on a service after five starts in ten seconds. */
export const neverGivesUp = { StartLimitIntervalSec: 0 };

export function running(user: string) {
  return { Type: "exec", User: user, Group: user, Restart: "always", RestartSec: 1 };
}

export function unitFile(name: string, unit: Unit): HostFile {
  return { path: `systemd/${name}`, content: unitText(unit), mode: "0644", owner: "root", group: "root" };
}

/** A script of this package as a file of a release. @param name below scripts/ */
export function scriptFile(path: string, name: string): HostFile {
  const content = readFileSync(new URL(`./scripts/${name}`, import.meta.url), "utf8");
  return { path, content, mode: "0644", owner: "root", group: "root" };
}

/**
 * MemoryMax of the two large services, so that the OOM killer picks the one that grew. Envoy sheds load at its heap's limit,
 * and exceeds this only if that fails. All fit into the 2 GiB of a small host, at a receiver with what they really need. There is no MemoryHigh=: it counts the
 * page cache, and would throttle Prometheus all the time.
 */
export const memoryCeilings = {
  envoyHeaps: 1.25,
  prometheus: "60%",
  prometheusBehindGate: "50%",
  gate: "448M",
} as const;

export const prometheusUrl = `http://127.0.0.1:${ports.prometheus}`;
export const prometheusMetricsUrl = `${prometheusUrl}/metrics`;
