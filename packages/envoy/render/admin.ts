import { hostPaths, ports } from "@metrics-link/release";
import { type Cluster, localCluster } from "./clusters.ts";
import { healthCheck, httpConnectionManager, notFound, routeConfiguration, routeTo } from "./http.ts";
import { defaultLimits, loopbackIdleSeconds } from "./limits.ts";
import { connectionLimit, type Listener, listener, loopbackListener } from "./listeners.ts";
import { jsonLogOfFailures, localRequestFields } from "./logs.ts";
import { type Address, everyInterface, socket } from "./messages.ts";

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

/** Connections at once; a health check takes one for a moment. */
export const readyConnections = 32;
/** Time in seconds that a connection may stay silent. */
const readyIdleSeconds = 5;

/** The path that the load balancer's health check asks for. */
export const readyPath = "/ready";

/**
 * Tells the load balancer whether this Envoy takes connections; in clear, because a health check has no certificate.
 * It says nothing of Prometheus behind it. When that is down, the sender should meet this Envoy and hear 503, which it
 * retries and which both access logs explain; a target taken out of service would cut its connections instead.
 */
export function readyListener(port: number): Listener {
  return listener("ready", socket(everyInterface, port), {
    filter_chains: [
      {
        name: "ready",
        filters: [
          connectionLimit("ready", readyConnections),
          httpConnectionManager({
            statPrefix: "ready",
            codec: "HTTP1",
            routes: routeConfiguration("ready", [notFound]),
            filters: [healthCheck(readyPath)],
            accessLog: jsonLogOfFailures(localRequestFields),
            limits: defaultLimits,
            idleSeconds: readyIdleSeconds,
          }),
        ],
      },
    ],
  });
}
