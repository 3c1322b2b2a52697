import { relative } from "node:path";
import { canonicalJson, hostPaths, hostUsers, ports, remoteWrite } from "@metrics-link/release";
import type { RepairSettings } from "../repair/settings.ts";
import {
  commandLine,
  dataMountName,
  hardening,
  heldTo,
  neverGivesUp,
  repairDirectory,
  repairTextfileDirectory,
  running,
  type ServiceSet,
  unitFile,
  unitNames,
} from "./units.ts";

export interface RepairArgs {
  /** The repairer as one file, from `bundleRepairer`. */
  readonly program: string;
  /** How long after its own time a sample may be stored. */
  readonly lateSeconds: number;
}

const files = { program: "repair/repair.mjs", settings: "repair/settings.json" } as const;

/** What writes again what the link has left out. It speaks to loopback alone, and its word lies beside the TSDB. */
export function repairService({ program, lateSeconds }: RepairArgs): ServiceSet {
  const unit = unitNames.repair;
  const settings: RepairSettings = {
    prometheusUrl: `http://127.0.0.1:${ports.prometheus}`,
    writeUrl: `http://127.0.0.1:${ports.remoteWriteEgress}${remoteWrite.path}`,
    lateSeconds,
    // The link's own samples go first, and a receiver that takes twice as much as every day is not to be counted on.
    shareOfLiveTraffic: 0.8,
  };
  const current = (path: string) => `${hostPaths.current}/${path}`;
  return {
    files: [
      unitFile(unit, {
        Unit: {
          Description: "Repair of what the receiver has not got",
          Requires: dataMountName,
          After: `${dataMountName} ${unitNames.prometheus}`,
          ...neverGivesUp,
        },
        Service: {
          ExecStart: commandLine([
            current("bin/node"),
            // Without a compiler no memory that can be written is ever run.
            "--jitless",
            "--max-old-space-size=96",
            current(files.program),
            "watch",
            `--settings=${current(files.settings)}`,
            `--state=${repairDirectory}`,
            `--metrics=${repairTextfileDirectory}`,
          ]),
          ...running(hostUsers.repair),
          // On the data volume: it speaks of that TSDB, and goes with it to another instance.
          StateDirectory: relative("/var/lib", repairDirectory),
          StateDirectoryMode: "0750",
          RuntimeDirectory: relative("/run", repairTextfileDirectory),
          RuntimeDirectoryMode: "0755",
          MemoryMax: "384M",
          ...hardening,
          RestrictAddressFamilies: "AF_UNIX AF_INET",
          ...heldTo({ listens: [] }),
        },
        Install: { WantedBy: "multi-user.target" },
      }),
      ownFile(files.program, program),
      ownFile(files.settings, `${canonicalJson(settings)}\n`),
    ],
    services: [{ unit, onChange: [{ paths: ["repair/"], tools: ["node"], action: "restart" }] }],
    checks: [],
    probes: [{ kind: "active", unit }],
    tools: [],
  };
}

const ownFile = (path: string, content: string) => ({
  path,
  content,
  mode: "0640",
  owner: "root",
  group: hostUsers.repair,
});
