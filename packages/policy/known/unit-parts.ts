import { hostPaths } from "@metrics-link/release";

/** The required value of a directive: a string, a pattern or a predicate; a list if the directive is repeated. */
type Value = string | RegExp | ((value: string) => boolean);
export type Expected = Value | readonly Value[];
/** The directives of a section. `maybe`: only with a link, or in one role. */
export interface Section {
  readonly always: Readonly<Record<string, Expected>>;
  readonly maybe?: Readonly<Record<string, Expected>>;
}
export type KnownUnit = Readonly<Record<string, Section>>;

/** The restrictions of every service: packages/host/cloud/units.ts, written a second time. */
export const hardening = {
  NoNewPrivileges: "yes",
  CapabilityBoundingSet: "",
  AmbientCapabilities: "",
  ProtectSystem: "strict",
  ProtectHome: "yes",
  PrivateTmp: "yes",
  PrivateDevices: "yes",
  PrivateUsers: "yes",
  ProtectClock: "yes",
  ProtectHostname: "yes",
  ProtectKernelLogs: "yes",
  ProtectKernelModules: "yes",
  ProtectKernelTunables: "yes",
  ProtectControlGroups: "yes",
  ProtectProc: "invisible",
  ProcSubset: "pid",
  RestrictAddressFamilies: "AF_UNIX AF_INET AF_INET6 AF_NETLINK",
  RestrictNamespaces: "yes",
  RestrictRealtime: "yes",
  RestrictSUIDSGID: "yes",
  LockPersonality: "yes",
  MemoryDenyWriteExecute: "yes",
  RemoveIPC: "yes",
  KeyringMode: "private",
  SystemCallArchitectures: "native",
  SystemCallFilter: ["@system-service", "~@privileged @resources"],
  SystemCallErrorNumber: "EPERM",
  UMask: "0077",
  SocketBindDeny: "any",
  IPAddressDeny: "any",
  IPAddressAllow: "localhost",
  IPAccounting: "yes",
} as const;

/** A service that listens on ports of the link, which are reserved for it. */
export const listens = (...tcp: readonly number[]) => ({
  CapabilityBoundingSet: "CAP_NET_BIND_SERVICE",
  AmbientCapabilities: "CAP_NET_BIND_SERVICE",
  PrivateUsers: "no",
  SocketBindAllow: tcp.map((port) => `ipv4:tcp:${port}`),
});

export const running = (user: string) => ({
  Type: "exec",
  User: user,
  Group: user,
  Restart: "always",
  RestartSec: "1",
});

export const { current } = hostPaths;
export const literal = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
/** A command line of these words in this order, each a string or a pattern. */
export const command = (...words: readonly (string | RegExp)[]) =>
  new RegExp(words.map((word) => (word instanceof RegExp ? word.source : literal(word))).join(" "));

export const install: Section = { always: { WantedBy: "multi-user.target" } };
export const dataMount = String.raw`var-lib-metrics\x2dlink.mount`;
export const restartForever = { StartLimitIntervalSec: "0" };
export const online = { Wants: "network-online.target" };
export const portsUnit = "metrics-link-ports.service";
export const prometheusUnit = "metrics-link-prometheus.service";

/** Memory limits, and what happens when they are reached. Their size is not checked here. */
export const memory = {
  MemoryMax: /\d+[MG%]?/,
  MemoryHigh: /\d+[MG]/,
  MemorySwapMax: /0|\d+[MG]/,
  OOMPolicy: /stop|continue|kill/,
};
