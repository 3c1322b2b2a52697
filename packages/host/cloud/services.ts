import {
  defaultFirstUnprivilegedPort,
  firstUnprivilegedPort,
  hostPaths,
  hostUsers,
  ports,
} from "@metrics-link/release";
import { type EnvoyArgs, envoyService } from "./envoy-service.ts";
import { type ExporterArgs, exporterService } from "./exporter-service.ts";
import { type GateArgs, gateService, gateTextfileDirectory } from "./gate-service.ts";
import { type PrometheusArgs, prometheusService } from "./prometheus-service.ts";
import { type RepairArgs, repairService } from "./repair-service.ts";
import {
  commandLine,
  hardening,
  neverGivesUp,
  repairTextfileDirectory,
  restrictedTo,
  running,
  type ServiceSet,
  scriptFile,
  textfileDirectory,
  unitFile,
  unitNames,
} from "./units.ts";

export interface StandardServicesArgs {
  /** Absent while there is no link. */
  readonly envoy?: EnvoyArgs | undefined;
  readonly prometheus: PrometheusArgs;
  /** On a sender; without a link it finds no queue and waits. */
  readonly repair?: RepairArgs | undefined;
  /** On a receiver. */
  readonly gate?: GateArgs | undefined;
  /** Where others scrape this host. */
  readonly exporter?: ExporterArgs | undefined;
}

/** Units, checks and probes of a host's services, in the order in which they start. */
export function standardServices({ envoy, prometheus, repair, gate, exporter }: StandardServicesArgs): ServiceSet {
  const parts = [
    portsService,
    nodeExporterService([
      textfileDirectory,
      ...(repair ? [repairTextfileDirectory] : []),
      ...(gate ? [gateTextfileDirectory] : []),
    ]),
    ...(exporter ? [exporterService(exporter)] : []),
    ...(gate ? [gateService(gate)] : []),
    ...(envoy ? [envoyService(envoy)] : []),
    prometheusService({ gated: gate !== undefined, ...prometheus }),
    ...(repair ? [repairService(repair)] : []),
  ];
  return {
    files: parts.flatMap(({ files }) => files),
    services: parts.flatMap(({ services }) => services),
    checks: parts.flatMap(({ checks }) => checks),
    probes: parts.flatMap(({ probes }) => probes),
    // Two units may run one program.
    tools: [...new Set(parts.flatMap(({ tools }) => tools))],
  };
}

const keepPortsScript = scriptFile("ports/keep-ports.mjs", "keep-ports.mjs");

/**
 * Reserves the link's ports: another user could otherwise bind one while its service restarts, and receive samples or serve
 * false ones. It is a kernel setting that lasts until the next boot; no process keeps running.
 */
const portsService: ServiceSet = {
  files: [
    unitFile(unitNames.ports, {
      Unit: { Description: "Reserve the link's ports for its own services", ...neverGivesUp },
      Service: {
        Type: "oneshot",
        RemainAfterExit: true,
        ExecStart: commandLine([
          `${hostPaths.current}/bin/node`,
          // Without a compiler, writable memory is never executable.
          "--jitless",
          `${hostPaths.current}/${keepPortsScript.path}`,
          `${firstUnprivilegedPort}`,
        ]),
        // A host may roll back to a release without this unit, whose units cannot bind reserved ports; that release does not
        // have the script either, so this is Debian's own tool.
        ExecStop: commandLine([
          "/usr/sbin/sysctl",
          "--write",
          `net.ipv4.ip_unprivileged_port_start=${defaultFirstUnprivilegedPort}`,
        ]),
        ...hardening,
        // It writes below /proc/sys/net, which the host's root owns.
        PrivateUsers: false,
        ProtectKernelTunables: false,
        ProcSubset: "all",
        RestrictAddressFamilies: "none",
        ...restrictedTo({ listens: [] }),
      },
      Install: { WantedBy: "multi-user.target" },
    }),
    keepPortsScript,
  ],
  services: [{ unit: unitNames.ports, onChange: [{ paths: [keepPortsScript.path], action: "restart" }] }],
  checks: [],
  probes: [{ kind: "active", unit: unitNames.ports }],
  tools: [],
};

/** @param textfiles folders with metrics that other services write */
function nodeExporterService(textfiles: readonly string[]): ServiceSet {
  const unit = unitNames.nodeExporter;
  return {
    files: [
      unitFile(unit, {
        Unit: { Description: "Metrics of this host", After: unitNames.ports, ...neverGivesUp },
        Service: {
          ExecStart: commandLine([
            `${hostPaths.current}/bin/node_exporter`,
            `--web.listen-address=127.0.0.1:${ports.nodeExporter}`,
            ...textfiles.map((folder) => `--collector.textfile.directory=${folder}`),
          ]),
          ...running(hostUsers.nodeExporter),
          ...hardening,
          // It measures the whole machine: /proc/stat, /proc/net and the mounts.
          ProcSubset: "all",
          ...restrictedTo({ listens: [ports.nodeExporter] }),
        },
        Install: { WantedBy: "multi-user.target" },
      }),
    ],
    services: [{ unit, onChange: [{ tools: ["node_exporter"], action: "restart" }] }],
    checks: [],
    probes: [
      { kind: "active", unit },
      {
        kind: "http",
        unit,
        url: `http://127.0.0.1:${ports.nodeExporter}/metrics`,
        contains: "node_exporter_build_info",
      },
    ],
    tools: ["node_exporter"],
  };
}
