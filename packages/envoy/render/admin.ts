import { hostPaths, ports } from "@metrics-link/release";
import { type Cluster, localCluster } from "./clusters.ts";
import { healthCheck, httpConnectionManager } from "./http.ts";
import { defaultLimits, loopbackIdleSeconds } from "./limits.ts";
import { connectionLimit, type Listener, listener, loopbackListener } from "./listeners.ts";
import { jsonLogOfFailures, localRequestFields } from "./logs.ts";
import { type Address, everyInterface, socket } from "./messages.ts";
import { notFound, routeConfiguration, routeTo } from "./routes.ts";

interface StringMatcher {
  readonly exact?: string;
  readonly prefix?: string;
}

export interface Admin {
  readonly address: Address;
  readonly allow_paths: readonly StringMatcher[];
}

/** A unix socket for Envoy's user and group; the agent is a member of the group and needs no other privilege. */
const adminSocket: Address = { pipe: { path: hostPaths.envoyAdminSocket, mode: 0o660 } };

/**
 * Serves health, counters, certificates, upstreams and the running configuration, and can drain before a stop. It does
 * not serve the log level, `/quitquitquit` or anything else that changes the link. Envoy redacts private keys in
 * `/config_dump`.
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

/** Serves two pages of the admin socket, counters and readiness, to the Prometheus of this host. */
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
    // Metrics must stay readable while Envoy sheds load.
    bypass_overload_manager: true,
  };
}

/** Concurrent connections; a health check needs one for a moment. */
export const readyConnections = 32;
/** Idle time in seconds after which a connection is closed. */
const readyIdleSeconds = 5;

/** The path of the load balancer's health check. */
const readyPath = "/ready";

/**
 * Tells the load balancer whether this Envoy accepts connections; in plaintext, because a health check has no
 * certificate. It does not depend on Prometheus: while that is down, the sender should get 503, which it retries and which
 * both access logs explain; an unhealthy target would have its connections cut.
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
