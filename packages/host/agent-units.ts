import { hostPaths } from "@metrics-link/contract";
import { unitNames } from "./unit-names.ts";
import { unitText } from "./unit-text.ts";

/** One run of the agent. It changes units, owners and links, so it is root; what it never needs is taken from it. */
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
      PrivateTmp: true,
      ProtectHome: true,
      ProtectClock: true,
      ProtectKernelModules: true,
      ProtectKernelLogs: true,
      RestrictRealtime: true,
      LockPersonality: true,
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
