import { hostPaths, hostUsers, ports } from "@metrics-link/release";
import {
  commandLine,
  hardening,
  neverGivesUp,
  restrictedTo,
  running,
  type ServiceSet,
  unitFile,
  unitNames,
} from "./units.ts";

export interface ExporterArgs {
  /** Ranges from which it is scraped; the kernel drops every other packet. */
  readonly scrapedFrom: readonly string[];
  /** DNS names of the clients that it lets in, and PEM of the root that issues them: of each change it must know. */
  readonly admits: { readonly clients: readonly string[]; readonly authority: string };
}

/** The exporter's web configuration, which is a secret, and what it admits, which is not. */
export const exporterFiles = { webConfig: "exporter/web.json", admits: "exporter/admits.json" } as const;

/**
 * This host's metrics for others, by a second node_exporter: what the first one says on loopback, such as when a certificate
 * ends, must not depend on that certificate.
 */
export function exporterService({ scrapedFrom, admits }: ExporterArgs): ServiceSet {
  const unit = unitNames.exporter;
  return {
    files: [
      unitFile(unit, {
        Unit: { Description: "Metrics of this host, for named clients", After: unitNames.ports, ...neverGivesUp },
        Service: {
          ExecStart: commandLine([
            `${hostPaths.current}/bin/node_exporter`,
            `--web.listen-address=0.0.0.0:${ports.exporter}`,
            `--web.config.file=${hostPaths.current}/${exporterFiles.webConfig}`,
          ]),
          ...running(hostUsers.nodeExporter),
          ...hardening,
          // It measures the whole machine: /proc/stat, /proc/net and the mounts.
          ProcSubset: "all",
          ...restrictedTo({ listens: [ports.exporter], addresses: scrapedFrom }),
        },
        Install: { WantedBy: "multi-user.target" },
      }),
      {
        path: exporterFiles.admits,
        content: `${JSON.stringify(admits)}\n`,
        mode: "0644",
        owner: "root",
        group: "root",
      },
    ],
    services: [
      {
        unit,
        onChange: [
          // Open connections and session tickets outlive the list of names, and only a restart ends them (decision 0824).
          { paths: [exporterFiles.admits], tools: ["node_exporter"], action: "restart" },
          // Read again for each connection; a restart for each new leaf would cost a scrape.
          { paths: ["exporter/", "tls/exporter/"], action: "nothing" },
        ],
      },
    ],
    checks: [
      {
        kind: "webConfig",
        file: exporterFiles.webConfig,
        admits: exporterFiles.admits,
        user: hostUsers.nodeExporter,
      },
    ],
    probes: [{ kind: "active", unit }],
    tools: ["node_exporter"],
  };
}
