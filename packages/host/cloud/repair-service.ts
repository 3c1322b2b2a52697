import { relative } from "node:path";
import { canonicalJson, hostPaths, hostUsers, ports, remoteWrite } from "@metrics-link/release";
import type { RepairSettings } from "../repair/settings.ts";
import {
  commandLine,
  dataMountName,
  hardening,
  neverGivesUp,
  repairDirectory,
  repairTextfileDirectory,
  restrictedTo,
  running,
  type ServiceSet,
  unitFile,
  unitNames,
} from "./units.ts";

export interface RepairArgs {
  /** The repairer as one file, from `bundleRepairer`. */
  readonly program: string;
  /** How long after its own timestamp a sample may be stored. */
  readonly lateSeconds: number;
  /** The longest interval of a scrape job or rule group. */
  readonly intervalSeconds: number;
  /** Prometheus' external labels. */
  readonly externalLabels: Readonly<Record<string, string>>;
}

const files = { program: "repair/repair.mjs", settings: "repair/settings.json" } as const;

/** The repairer: backfills samples that the receiver lacks. It connects to loopback only; its state is beside the TSDB. */
export function repairService({ program, ...lateness }: RepairArgs): ServiceSet {
  const unit = unitNames.repair;
  const settings: RepairSettings = {
    prometheusUrl: `http://127.0.0.1:${ports.prometheus}`,
    writeUrl: `http://127.0.0.1:${ports.remoteWriteEgress}${remoteWrite.path}`,
    ...lateness,
  };
  const current = (path: string) => `${hostPaths.current}/${path}`;
  return {
    files: [
      unitFile(unit, {
        Unit: {
          Description: "Backfill of samples that the receiver lacks",
          Requires: dataMountName,
          After: `${dataMountName} ${unitNames.prometheus}`,
          ...neverGivesUp,
        },
        Service: {
          ExecStart: commandLine([
            current("bin/node"),
            // Without a compiler, writable memory is never executable.
            "--jitless",
            "--max-old-space-size=96",
            current(files.program),
            "watch",
            `--settings=${current(files.settings)}`,
            `--state=${repairDirectory}`,
            `--metrics=${repairTextfileDirectory}`,
          ]),
          ...running(hostUsers.repair),
          // On the data volume: the state is about that TSDB, and moves with it to another instance.
          StateDirectory: relative("/var/lib", repairDirectory),
          StateDirectoryMode: "0750",
          RuntimeDirectory: relative("/run", repairTextfileDirectory),
          RuntimeDirectoryMode: "0755",
          MemoryMax: "384M",
          ...hardening,
          RestrictAddressFamilies: "AF_UNIX AF_INET",
          ...restrictedTo({ listens: [] }),
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
