import { endpointPort } from "@metrics-link/contract";

/** Every port of the link, in one place. All but the ingest and the ready port listen on loopback only. */
export const ports = {
  /** Prometheus' HTTP API (both hosts). */
  prometheus: 9090,
  /** Sender Envoy: where the sender's Prometheus writes to, in clear, on loopback. */
  remoteWriteEgress: 9091,
  /** Envoy's `/stats/prometheus` and `/ready`, routed from the admin socket, on loopback. */
  envoyMetrics: 9902,
  nodeExporter: 9100,
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
