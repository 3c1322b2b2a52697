import { hostPaths } from "@metrics-link/contract";
import { hardening } from "./hardening.ts";
import { unitNames } from "./unit-names.ts";
import { unitText } from "./unit-text.ts";

const {
  // V8 compiles to memory that it then runs.
  MemoryDenyWriteExecute: _jit,
  // It gives files to other users and runs Envoy's validator as one: both need the real user ids.
  PrivateUsers: _users,
  // /proc/stat and the like, for the validators.
  ProcSubset: _proc,
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
    },
    Service: {
      Type: "oneshot",
      ExecStart: `${hostPaths.base}/bin/agent run`,
      StateDirectory: "metrics-link-agent metrics-link-agent/textfile",
      StateDirectoryMode: "0755",
      TimeoutStartSec: 900,
      ...kept,
      CapabilityBoundingSet: "CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_SETUID CAP_SETGID",
      ReadWritePaths: `${hostPaths.base} /etc/systemd/system /run`,
      // It becomes another user for a validator, which @privileged holds.
      SystemCallFilter: ["@system-service", "~@resources"],
      UMask: "0022",
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
