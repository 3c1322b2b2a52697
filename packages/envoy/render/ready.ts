import { jsonLogOfFailures, localRequestFields } from "./access-log.ts";
import { everyInterface, socket } from "./address.ts";
import { httpConnectionManager } from "./http-connection-manager.ts";
import { healthCheck } from "./http-filters.ts";
import { defaultLimits } from "./limits.ts";
import { connectionLimit, type Listener, listener } from "./listener.ts";
import { notFound, routeConfiguration } from "./route.ts";

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
