import { endpointPort } from "@metrics-link/contract";

/** Every port of the link, in one place. All but the ingest, the ready and the exporter's port listen on loopback only. */
export const ports = {
  /** Prometheus' HTTP API (both hosts). */
  prometheus: 9090,
  /** Sender Envoy: where the sender's Prometheus writes to, in clear, on loopback. */
  remoteWriteEgress: 9091,
  /** Envoy's `/stats/prometheus` and `/ready`, routed from the admin socket, on loopback. */
  envoyMetrics: 9902,
  nodeExporter: 9100,
  /** The same metrics for named clients, over mutual TLS, where the configuration exposes them. */
  exporter: 9101,
  /** Receiver Envoy: the mutual TLS listener behind the load balancer. */
  ingest: 8443,
  /** Receiver Envoy: plain TCP/HTTP readiness for the load balancer's health check, nothing else. */
  ready: 8444,
  /** The port that the load balancer offers to the world. */
  https: endpointPort,
} as const;

/**
 * The first port of a host that any user may bind (net.ipv4.ip_unprivileged_port_start): above all of ours, so that
 * nobody takes one while its service restarts.
 */
export const firstUnprivilegedPort = Math.max(...Object.values(ports)) + 1;

/** What the kernel has by default (ip-sysctl.txt). */
export const defaultFirstUnprivilegedPort = 1024;

/**
 * What both ends and both proxies have to agree on about a remote write request.
 * Each hop gives up before the one in front of it, so that the refusal comes from where the fault is and the sender's
 * Prometheus gets an answer (504, which it retries) instead of a timeout of its own.
 */
export const remoteWrite = {
  /** The only path that is routed, compared byte for byte. */
  path: "/api/v1/write",
  /** What a request may have on the wire, in bytes: the receiver's Envoy answers 413 to more. */
  bodyBytes: 2 * 1024 * 1024,
  /** Sender's Prometheus: `remote_timeout`. */
  timeoutSeconds: 30,
  /** Sender's Envoy: the route's timeout. */
  senderRouteTimeoutSeconds: 25,
  /** Receiver's Envoy: the route's timeout. */
  receiverRouteTimeoutSeconds: 20,
  /** The longest `batch_send_deadline`: a receiver must know after which pause a sender is silent. */
  longestBatchDeadlineSeconds: 30,
} as const;

/** By which header the receiver's Envoy tells the gate whose filter chain a request came through. */
export const senderHeader = "x-metrics-link-sender";

/** The sender's queue where its stack says nothing (Prometheus, `remote_write.queue_config`). */
export const queueDefaults = {
  capacity: 10_000,
  /** Requests that may be under way at once. */
  maxShards: 50,
  /** Prometheus' own. */
  minShards: 1,
  maxSamplesPerSend: 2_000,
  minBackoff: "100ms",
  maxBackoff: "30s",
} as const;

const units = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 } as const;

/** Seconds of a duration as Prometheus writes it, which may have several units: "1m30s". Whoever asks knows that it is one. */
export const secondsOf = (duration: string): number =>
  [...duration.matchAll(/(\d+)(ms|[smhdwy])/g)].reduce(
    (total, [, count, unit]) => total + Number(count) * units[unit as keyof typeof units],
    0,
  );
