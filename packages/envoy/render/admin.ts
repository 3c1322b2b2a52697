import { hostPaths, ports } from "@metrics-link/release";
import { jsonLogOfFailures, localRequestFields } from "./access-log.ts";
import type { Address } from "./address.ts";
import { type Cluster, localCluster } from "./cluster.ts";
import { httpConnectionManager } from "./http-connection-manager.ts";
import { defaultLimits, loopbackIdleSeconds } from "./limits.ts";
import { type Listener, loopbackListener } from "./listener.ts";
import { notFound, routeConfiguration, routeTo } from "./route.ts";

export interface StringMatcher {
  readonly exact?: string;
  readonly prefix?: string;
}

export interface Admin {
  readonly address: Address;
  readonly allow_paths: readonly StringMatcher[];
}

/** A unix socket for Envoy's own user and group: the agent, which must not be able to open whatever it likes, is of it. */
const adminSocket: Address = { pipe: { path: hostPaths.envoyAdminSocket, mode: 0o660 } };

/**
 * What may be asked or told there: health, counters, certificates, upstreams, the configuration that runs, and to
 * drain before a stop. Not the log level, not `/quitquitquit`, nothing that changes how the link behaves. Envoy takes
 * private keys out of the configuration that it shows ("[redacted]").
 */
export const admin: Admin = {
  address: adminSocket,
  allow_paths: [
    { exact: "/ready" },
    { exact: "/server_info" },
    { exact: "/certs" },
    { exact: "/clusters" },
    { exact: "/config_dump" },
    { prefix: "/stats" },
    { exact: "/healthcheck/fail" },
    { exact: "/drain_listeners" },
  ],
};

export const adminCluster: Cluster = localCluster("admin", adminSocket);

/** Lets Prometheus on this machine read Envoy's counters and readiness: two pages of the admin socket, no others. */
export function metricsListener(): Listener {
  const page = (name: string, path: string) => routeTo(adminCluster.name, { name, method: "GET", path }, 10);
  const manager = httpConnectionManager({
    statPrefix: "metrics",
    codec: "HTTP1",
    routes: routeConfiguration("metrics", [page("metrics", "/stats/prometheus"), page("ready", "/ready"), notFound]),
    accessLog: jsonLogOfFailures(localRequestFields),
    limits: defaultLimits,
    idleSeconds: loopbackIdleSeconds,
  });
  return {
    ...loopbackListener("metrics", ports.envoyMetrics, [manager]),
    // An Envoy that sheds load must be able to say so.
    bypass_overload_manager: true,
  };
}
