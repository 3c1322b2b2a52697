import { type LocalService, renderServices } from "@metrics-link/envoy";
import { exporterFiles, standardServices } from "@metrics-link/host";
import { sha256 } from "@metrics-link/release";
import type { Mutant } from "./mutate.ts";

/** A metrics service that no configuration declares: in clear, on loopback, with its share of connections. */
export const withService = (it: Mutant): void =>
  addService(it, {
    name: "debug",
    host: "127.0.0.1",
    port: 3081,
    upstream: {
      address: { socket_address: { address: "127.0.0.1", port_value: 6060 } },
      path: "/debug",
      timeoutSeconds: 5,
    },
  });

/** A query service that no configuration declares. */
export const withQueries = (it: Mutant): void =>
  addService(it, {
    name: "debug",
    host: "0.0.0.0",
    port: 3090,
    clients: [{ name: "more", dnsName: "more.internal", addresses: [] }],
    queries: { ui: true, timeoutSeconds: 25 },
  });

function addService(it: Mutant, service: LocalService): void {
  const { static_resources: added } = renderServices({ nodeId: "machine", services: [service] }).bootstrap;
  it.envoy(({ static_resources, overload_manager }) => {
    static_resources.listeners.push(added.listeners[0]);
    static_resources.clusters.push(added.clusters[0]);
    overload_manager.resource_monitors[1].typed_config.max_active_downstream_connections += 16;
  });
}

/** The host's metrics for a client whom no configuration names. */
export function withExporter(it: Mutant): void {
  const { files } = standardServices({
    prometheus: { configuration: "prometheus/prometheus.yml", flags: [] },
    exporter: { scrapedFrom: ["10.10.30.0/28"], admits: { clients: ["more.internal"], authority: "" } },
  });
  const added = files.filter(({ path }) => path === exporterFiles.admits || path.endsWith("link-exporter.service"));
  it.release((release) => {
    release.files.push(...added.map((file) => ({ ...file, sha256: sha256(file.content) })));
  });
}
