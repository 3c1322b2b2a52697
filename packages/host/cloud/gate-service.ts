import type { GateConfigurationFile } from "@metrics-link/gate";
import { canonicalJson, hostPaths, hostUsers, sha256 } from "@metrics-link/release";
import {
  commandLine,
  hardening,
  memoryCeilings,
  neverGivesUp,
  prometheusUrl,
  restrictedTo,
  type ServiceSet,
  unitFile,
  unitNames,
} from "./units.ts";

export interface GateArgs {
  /** The gate as one file, from `bundleGate`. */
  readonly program: string;
  /** What each sender may write. */
  readonly configuration: GateConfigurationFile;
}

const files = { program: "gate/gate.mjs", configuration: "gate/gate.json" } as const;
const current = (path: string) => `${hostPaths.current}/${path}`;
/** Below /run: the folder of the socket, and the folder that node_exporter reads. */
const folders = { socket: "metrics-link-gate", metrics: "metrics-link-gate-metrics" } as const;

/** Where node_exporter picks up the gate's metrics; removed when the gate stops. */
export const gateTextfileDirectory = `/run/${folders.metrics}`;

/**
 * The gate, on a receiver: judges what Envoy passes on to Prometheus. It reads what strangers wrote, so it is in no group and
 * its user exists only while it runs: it can reach neither Envoy's admin socket nor a file of Prometheus.
 */
export function gateService({ program, configuration }: GateArgs): ServiceSet {
  const unit = unitNames.gate;
  const text = `${canonicalJson(configuration)}\n`;
  return {
    files: [
      unitFile(unit, {
        Unit: {
          Description: "Gate: series belong to the sender that writes them",
          // A shutdown reverses the order: Envoy stops before the gate, and the gate before Prometheus.
          After: unitNames.prometheus,
          Before: unitNames.envoy,
          ...neverGivesUp,
        },
        Service: {
          ExecStart: commandLine([
            current("bin/node"),
            "--disallow-code-generation-from-strings",
            "--max-old-space-size=192",
            current(files.program),
            `--configuration=${current(files.configuration)}`,
            `--socket=${hostPaths.gateSocket}`,
            `--prometheus=${prometheusUrl}`,
            `--metrics=${gateTextfileDirectory}`,
          ]),
          // The group may connect. The gate cannot give its socket away, being in no group but its own, so root does, as soon as it is
          // there: systemd sets owner and mode of the folder anew before each command, and leaves what is in it alone.
          ExecStartPost:
            "+/usr/bin/timeout 10 /bin/sh -c " +
            `"until chgrp ${hostUsers.envoy} ${hostPaths.gateSocket} 2>/dev/null; do sleep 0.05; done"`,
          ExecReload: "/bin/kill -HUP $MAINPID",
          Type: "exec",
          DynamicUser: true,
          Restart: "always",
          RestartSec: 1,
          // It answers what it has, for at most the time that Prometheus may take.
          TimeoutStopSec: 20,
          RuntimeDirectory: `${folders.socket} ${folders.metrics}`,
          RuntimeDirectoryMode: "0755",
          // Each connection of Envoy is a descriptor.
          LimitNOFILE: 65_536,
          MemoryMax: memoryCeilings.gate,
          ...hardening,
          // The only unit with a compiler: without it a sample costs thirty times as much (decision 0801).
          MemoryDenyWriteExecute: false,
          RestrictAddressFamilies: "AF_UNIX AF_INET",
          ...restrictedTo({ listens: [] }),
        },
        Install: { WantedBy: "multi-user.target" },
      }),
      ownFile(files.program, program),
      ownFile(files.configuration, text),
    ],
    services: [
      {
        unit,
        onChange: [
          { paths: [files.configuration], action: "reload" },
          { paths: ["gate/"], tools: ["node"], action: "restart" },
        ],
      },
    ],
    checks: [],
    probes: [
      { kind: "active", unit },
      // That this very file is in force: a signal alone says nothing.
      {
        kind: "http",
        unit,
        url: "http://127.0.0.1/ready",
        socketPath: hostPaths.gateSocket,
        contains: `configuration ${sha256(text)}`,
      },
    ],
    tools: [],
  };
}

/** Nothing in it is secret, and the gate's user has no number beforehand. */
const ownFile = (path: string, content: string) => ({ path, content, mode: "0644", owner: "root", group: "root" });
