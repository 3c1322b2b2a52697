/**
 * What both ends and both proxies have to agree on about a remote write request.
 * Each hop gives up before the one in front of it, so that the refusal comes from where the fault is and the sender's
 * Prometheus gets an answer (504, which it retries) instead of a timeout of its own.
 */
export const remoteWrite = {
  /** The only path that is routed, compared byte for byte. */
  path: "/api/v1/write",
  /** Sender's Prometheus: `remote_timeout`. */
  timeoutSeconds: 30,
  /** Sender's Envoy: the route's timeout. */
  senderRouteTimeoutSeconds: 25,
  /** Receiver's Envoy: the route's timeout. */
  receiverRouteTimeoutSeconds: 20,
  /** The shards of the sender's queue unless configured: requests that may be under way at once (seed 0). */
  defaultMaxShards: 50,
} as const;
