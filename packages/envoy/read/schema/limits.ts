/**
 * Every limit as the renderer sets it (packages/envoy/render/limits.ts), written a second time: a change there alone is seen
 * here. None may vary. A smaller one loses samples or slows the link (413 is not retried, 503 fills the queue); a larger
 * one lets one client take what belongs to the others.
 */
export const known = {
  heapBytes: 536_870_912,
  /** Of a sender, and of all unknown addresses together. */
  connectionsOfSender: 16,
  /** Of health checks. */
  connectionsOfReady: 32,
  /** Accepted above a share, before they are closed. */
  connectionsInPassing: 16,
  /** A sender is not reached from outside. */
  connectionsToSender: 1024,
  bodyBytes: 2_097_152,
  handshake: "5s",
  request: "12s",
  requestHeaders: "5s",
  streamIdle: "30s",
  connectionLifetime: "600s",
  /** Time without a request after which a listener closes a connection. */
  idle: { ingest: "120s", ready: "5s", local: "300s" },
  /** How long a listener's route waits for an answer: each hop gives up before the one in front of it. */
  route: { ingest: "20s", egress: "25s", metrics: "10s" },
  streams: { ingest: 32, receiver: 100 },
  keepalive: { interval: "30s", timeout: "10s" },
  local: { connect: "1s", idle: "60s" },
  receiver: { connect: "5s", idle: "90s", connections: 8, ejection: "30s", longestEjection: "60s" },
} as const;
