import { renderServices } from "@metrics-link/envoy";
import type { Mutant } from "./mutate.ts";

/** A metrics service that no configuration declares: in clear, on loopback, with its share of connections. */
export function withService(it: Mutant): void {
  const { static_resources: added } = renderServices({
    nodeId: "machine",
    services: [
      {
        name: "debug",
        host: "127.0.0.1",
        port: 3081,
        upstream: {
          address: { socket_address: { address: "127.0.0.1", port_value: 6060 } },
          path: "/debug",
          timeoutSeconds: 5,
        },
      },
    ],
  }).bootstrap;
  it.envoy(({ static_resources, overload_manager }) => {
    static_resources.listeners.push(added.listeners[0]);
    static_resources.clusters.push(added.clusters[0]);
    overload_manager.resource_monitors[1].typed_config.max_active_downstream_connections += 16;
  });
}
