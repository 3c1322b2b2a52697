import { hostPaths, hostUsers } from "@metrics-link/release";
import { hardening } from "./hardening.ts";
import { unitNames } from "./unit-names.ts";
import { unitText } from "./unit-text.ts";

const {
  // It gives files to other users, which needs the real user ids.
  PrivateUsers: _users,
  ...kept
} = hardening;

/**
 * One run of the agent. It is root because it changes owners, units and links; of root's powers it keeps those that
 * this takes, and of the disk the places that a release lives in.
 */
export function agentService(): string {
  return unitText({
    Unit: {
      Description: "Bring this host to its release",
      After: "network-online.target",
      Wants: "network-online.target",
      // Whoever starts it again and again means it.
      StartLimitIntervalSec: 0,
    },
    Service: {
      Type: "oneshot",
      ExecStart: `${hostPaths.base}/bin/agent run`,
      StateDirectory: "metrics-link-agent metrics-link-agent/textfile",
      StateDirectoryMode: "0755",
      TimeoutStartSec: 900,
      ...kept,
      // It gives files to those who read them, and cannot read them itself afterwards.
      CapabilityBoundingSet: "CAP_CHOWN",
      // Envoy's admin socket, and the names of Prometheus' WAL.
      SupplementaryGroups: `${hostUsers.envoy} ${hostUsers.prometheus}`,
      ReadWritePaths: `${hostPaths.base} /etc/systemd/system /run -/etc/systemd/system.control -/usr/local/lib/systemd/system`,
      RestrictAddressFamilies: "AF_UNIX AF_INET AF_INET6",
      PrivateMounts: true,
      // Changing owners is in @privileged.
      SystemCallFilter: ["@system-service", "~@privileged @resources", "@chown"],
    },
  });
}

/** Half a minute after the boot, then a minute after the end of each run, spread so that an estate does not move as one. */
export function agentTimer(): string {
  return unitText({
    Unit: { Description: "Bring this host to its release, again and again" },
    Timer: { OnBootSec: "30s", OnUnitInactiveSec: "60s", RandomizedDelaySec: "15s", Unit: unitNames.agent },
    Install: { WantedBy: "timers.target" },
  });
}
