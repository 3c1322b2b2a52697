/** Units for machines that are not hosts of a stack, with the restrictions of a host's units. */
import { hostPaths, hostUsers } from "@metrics-link/release";
import { commandLine, hardening, neverGivesUp, restrictedTo, running, unitText } from "./units.ts";

/** Private IPv4 ranges (RFC 1918). */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

export interface ServicesUnitArgs {
  /** Where Envoy lies on that machine. */
  readonly program: string;
  readonly flags: readonly string[];
  readonly listens: readonly number[];
  /** Where clients come from; none: from any private address. */
  readonly addresses: readonly string[];
}

/** The unit of an Envoy with metrics services. */
export function servicesUnit({ program, flags, listens, addresses }: ServicesUnitArgs): string {
  return unitText({
    Unit: {
      Description: "Envoy: metrics services",
      After: "network-online.target",
      Wants: "network-online.target",
      ...neverGivesUp,
    },
    Service: {
      ExecStart: commandLine([program, ...flags]),
      TimeoutStopSec: 20,
      ...running(hostUsers.envoy),
      RuntimeDirectory: "metrics-link-envoy",
      RuntimeDirectoryMode: "0750",
      LimitNOFILE: 65_536,
      ...hardening,
      ...restrictedTo({ listens, addresses: addresses.length === 0 ? privateRanges : addresses }),
      ReadOnlyPaths: hostPaths.base,
    },
    Install: { WantedBy: "multi-user.target" },
  });
}

export interface ExporterUnitArgs {
  /** Any exporter whose web configuration is that of exporter-toolkit. */
  readonly program: string;
  /** Its own options, besides those for address and web configuration. */
  readonly options: readonly string[];
  readonly port: number;
  readonly webConfig: string;
  /** Where scrapers come from. */
  readonly scrapedFrom: readonly string[];
}

/** The unit of an exporter for named clients. */
export function exporterUnit({ program, options, port, webConfig, scrapedFrom }: ExporterUnitArgs): string {
  return unitText({
    Unit: { Description: "Metrics for named clients", After: "network.target", ...neverGivesUp },
    Service: {
      ExecStart: commandLine([
        program,
        ...options,
        `--web.listen-address=0.0.0.0:${port}`,
        `--web.config.file=${webConfig}`,
      ]),
      ...running(hostUsers.nodeExporter),
      ...hardening,
      // An exporter of the machine's own metrics reads /proc/stat, /proc/net and the mounts.
      ProcSubset: "all",
      ...restrictedTo({ listens: [port], addresses: scrapedFrom }),
    },
    Install: { WantedBy: "multi-user.target" },
  });
}
