import { relative } from "node:path";
import { hostPaths, hostUsers, ownScrapeSecrets, ports, scrapeSecretFolder } from "@metrics-link/release";
import {
  commandLine,
  dataMountName,
  hardening,
  memoryCeilings,
  neverGivesUp,
  prometheusMetricsUrl,
  prometheusUrl,
  restrictedTo,
  running,
  type ServiceSet,
  unitFile,
  unitNames,
} from "./units.ts";

export interface PrometheusArgs {
  readonly configuration: string;
  /** Everything after the command's name; `--config.file` included. */
  readonly flags: readonly string[];
  /** What it reloads on SIGHUP. Default: everything in "prometheus/". */
  readonly reloadPaths?: readonly string[];
  /** Addresses and ranges that it connects to, besides loopback: scrape targets, and Alertmanagers with their resolver. */
  readonly addresses?: readonly string[];
  /** Whether a gate on the same host needs memory too. */
  readonly gated?: boolean;
  /** A hash of its remote-write queue's settings, and how long the queue may take to empty. Absent without a queue. */
  readonly queue?: { readonly sha256: string; readonly settleSeconds: number } | undefined;
}

export function prometheusService(args: PrometheusArgs): ServiceSet {
  const { configuration, flags, reloadPaths = ["prometheus/"], addresses = [], queue } = args;
  const unit = unitNames.prometheus;
  return {
    files: [
      unitFile(unit, {
        Unit: {
          Description: "Prometheus",
          Requires: dataMountName,
          After: `${dataMountName} ${unitNames.ports} network-online.target`,
          Wants: "network-online.target",
          ...neverGivesUp,
        },
        Service: {
          ExecStart: commandLine([`${hostPaths.current}/bin/prometheus`, ...flags]),
          ExecReload: "/bin/kill -HUP $MAINPID",
          ...running(hostUsers.prometheus),
          // Below /var/lib on the data volume; created at the first start, and writable.
          StateDirectory: relative("/var/lib", hostPaths.prometheusData),
          StateDirectoryMode: "0750",
          // On SIGTERM it flushes remote write, for at most 5 s (a sender's flags), and closes the TSDB.
          TimeoutStopSec: 180,
          LimitNOFILE: 65_536,
          ...hardening,
          ...restrictedTo({ listens: [ports.prometheus], addresses }),
          // Prometheus sets its garbage collector by it (--auto-gomemlimit).
          MemoryMax: args.gated ? memoryCeilings.prometheusBehindGate : memoryCeilings.prometheus,
          // It tells each series that it does not take, with all its labels: a sender with many would push everything else out of the
          // journal. Its start takes some sixty lines.
          LogRateLimitIntervalSec: 60,
          LogRateLimitBurst: 200,
          // Its group may list the WAL, for the agent's metric of the oldest segment.
          UMask: "0027",
          // Its start time metric comes from /proc/stat.
          ProcSubset: "all",
        },
        Install: { WantedBy: "multi-user.target" },
      }),
    ],
    services: [
      {
        unit,
        onChange: [
          // Prometheus reads both again for each scrape.
          { paths: Object.values(ownScrapeSecrets).map((name) => `${scrapeSecretFolder}${name}`), action: "nothing" },
          { paths: [...reloadPaths], action: "reload" },
          { tools: ["prometheus"], action: "restart" },
        ],
        ...(queue ? { queue: { ...queue, metricsUrl: prometheusMetricsUrl } } : {}),
      },
    ],
    checks: [{ kind: "prometheusConfig", file: configuration }],
    probes: [
      { kind: "active", unit },
      { kind: "http", unit, url: `${prometheusUrl}/-/ready` },
      { kind: "loaded", unit, metricsUrl: prometheusMetricsUrl },
      { kind: "scrapes", unit, url: prometheusUrl },
    ],
    tools: ["prometheus"],
  };
}
