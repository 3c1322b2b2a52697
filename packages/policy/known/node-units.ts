import { hostPaths, hostUsers, ports } from "@metrics-link/release";
import {
  command,
  current,
  dataMount,
  hardening,
  install,
  type KnownUnit,
  memory,
  prometheusUnit,
  restartForever,
  running,
} from "./unit-parts.ts";

/** A sender's repairer. */
export const repair: KnownUnit = {
  Unit: {
    always: {
      Description: "Backfill of samples that the receiver lacks",
      Requires: dataMount,
      After: `${dataMount} ${prometheusUnit}`,
      ...restartForever,
    },
  },
  Service: {
    always: {
      ExecStart: command(
        `${current}/bin/node --jitless --max-old-space-size=96 ${current}/repair/repair.mjs watch`,
        `--settings=${current}/repair/settings.json --state=${hostPaths.data}/repair --metrics=/run/metrics-link-repair`,
      ),
      ...running(hostUsers.repair),
      StateDirectory: "metrics-link/repair",
      StateDirectoryMode: "0750",
      RuntimeDirectory: "metrics-link-repair",
      RuntimeDirectoryMode: "0755",
      MemoryMax: /\d+M/,
      ...hardening,
      RestrictAddressFamilies: "AF_UNIX AF_INET",
    },
    maybe: memory,
  },
  Install: install,
};

const socketFolder = "/run/metrics-link-gate";

/** A receiver's gate. */
export const gate: KnownUnit = {
  Unit: {
    always: {
      Description: "Gate: series belong to the sender that writes them",
      After: prometheusUnit,
      Before: "metrics-link-envoy.service",
      ...restartForever,
    },
  },
  Service: {
    always: {
      ExecStartPost: `+/usr/bin/timeout 10 /bin/sh -c "until chgrp ${hostUsers.envoy} ${hostPaths.gateSocket} 2>/dev/null; do sleep 0.05; done"`,
      ExecStart: command(
        `${current}/bin/node --disallow-code-generation-from-strings --max-old-space-size=192 ${current}/gate/gate.mjs`,
        `--configuration=${current}/gate/gate.json --socket=${hostPaths.gateSocket}`,
        `--prometheus=http://127.0.0.1:${ports.prometheus} --metrics=${socketFolder}-metrics`,
      ),
      ExecReload: "/bin/kill -HUP $MAINPID",
      Type: "exec",
      DynamicUser: "yes",
      Restart: "always",
      RestartSec: "1",
      TimeoutStopSec: "20",
      RuntimeDirectory: "metrics-link-gate metrics-link-gate-metrics",
      RuntimeDirectoryMode: "0755",
      LimitNOFILE: "65536",
      MemoryMax: /\d+M/,
      ...hardening,
      // The one program with a compiler (docs/decisions/0801).
      MemoryDenyWriteExecute: "no",
      RestrictAddressFamilies: "AF_UNIX AF_INET",
    },
    maybe: memory,
  },
  Install: install,
};
