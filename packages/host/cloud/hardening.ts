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
