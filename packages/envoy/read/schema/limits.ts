/**
 * Every limit of the renderer (packages/envoy/render/limits.ts), repeated here so that a change of the renderer alone is a
 * finding. None may vary. A lower limit loses samples or slows the link (413 is not retried, 503 fills the queue); a higher
 * one lets one client use up the share of the others.
 */
export const known = {
  heapBytes: 536_870_912,
  /** For each sender, and for all unknown addresses together. */
  connectionsOfSender: 16,
  /** Numbers of senders that a receiver's limits have room for. */
  fleetSizes: [4, 16, 64, 256, 1024],
  /** For each filter chain of a metrics service. */
  connectionsOfService: 16,
  /** Requests that a service's server gets at once. */
  requestsOfService: 8,
  /** For health checks. */
  connectionsOfReady: 32,
  /** Connections above their limit that are accepted and not closed yet. */
  connectionsInPassing: 16,
  /** Global limit of a sender's Envoy, which accepts no connections from outside. */
  connectionsToSender: 1024,
  bodyBytes: 2_097_152,
  handshake: "5s",
  request: "12s",
  requestHeaders: "5s",
  streamIdle: "30s",
  connectionLifetime: "600s",
  /** Time without a request after which a listener closes a connection. */
  idle: { ingest: "120s", ready: "5s", local: "300s" },
  /** How long a listener's route waits for a response: each hop times out before its client does. */
  route: { ingest: "20s", egress: "25s", metrics: "10s" },
  streams: { ingest: 32, receiver: 100 },
  keepalive: { interval: "30s", timeout: "10s" },
  local: { connect: "1s", idle: "60s" },
  receiver: { connect: "5s", idle: "90s", connections: 8, ejection: "30s", longestEjection: "60s" },
} as const;
