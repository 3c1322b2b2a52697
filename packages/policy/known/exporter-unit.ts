import { hostUsers, ports } from "@metrics-link/release";
import {
  command,
  current,
  hardening,
  install,
  type KnownUnit,
  listens,
  memory,
  portsUnit,
  restartForever,
  running,
} from "./unit-parts.ts";

/** The node_exporter for named clients. @param ranges from which it may be scraped, by the kernel */
export const exporter = (ranges: readonly string[]): KnownUnit => ({
  Unit: {
    always: { Description: "Metrics of this host, for named clients", After: portsUnit, ...restartForever },
  },
  Service: {
    always: {
      ExecStart: command(
        `${current}/bin/node_exporter --web.listen-address=0.0.0.0:${ports.exporter}`,
        `--web.config.file=${current}/exporter/web.json`,
      ),
      ...running(hostUsers.nodeExporter),
      ...hardening,
      ...listens(ports.exporter),
      IPAddressAllow: ["localhost", ...ranges].join(" "),
      ProcSubset: "all",
    },
    maybe: memory,
  },
  Install: install,
});
