import { remoteWrite } from "@metrics-link/release";
import { type Extension, extension } from "./messages.ts";

/** Limits of one Envoy. A stack overrides single values; a test shortens them. */
export interface Limits {
  /** Largest request body in bytes. Beyond it the answer is 413, which Prometheus does not retry. */
  readonly bodyBytes: number;
  /** HTTP/2 streams of one connection at once. */
  readonly streamsPerConnection: number;
  /**
   * Concurrent connections of one sender to the receiver, from accept on: in the handshake, idle or busy. The same number
   * for all unknown source addresses together.
   */
  readonly connectionsPerSender: number;
  /** Time in seconds from accept to the end of the handshake. */
  readonly handshakeSeconds: number;
  /** Time in seconds without a request, the first included, after which the receiver closes a connection. */
  readonly idleSeconds: number;
  /** Envoy's heap in bytes, beyond which it sheds load. */
  readonly heapBytes: number;
  /** Age in seconds at which a connection is drained, so that swapped certificates and roots reach live ones. */
  readonly connectionLifetimeSeconds: number;
  /** Time in seconds in which a request must have come in whole. */
  readonly requestSeconds: number;
}

const mebibyte = 1024 * 1024;

/** Time in seconds in which the sender's Envoy wants a connection to the receiver, its handshake included. */
export const connectSeconds = 5;

export const defaultLimits: Limits = {
  // A batch of 2,000 samples is 20 to 50 KB on the wire: forty times that, and far below Prometheus' own 32 MiB.
  bodyBytes: remoteWrite.bodyBytes,
  // Bodies are held whole until complete: connections x streams x body is the most that one legitimate client can use.
  streamsPerConnection: 32,
  // Twice what the sender's circuit breaker opens, because old connections drain while new ones stand.
  connectionsPerSender: 16,
  // The sender's Envoy gives up after as long (`connectSeconds`).
  handshakeSeconds: connectSeconds,
  // Above the longest usual scrape interval, a minute, so that an honest connection lives from write to write.
  idleSeconds: 120,
  heapBytes: 512 * mebibyte,
  connectionLifetimeSeconds: 600,
  // An ordinary batch of 50 KB arrives in this time at 4 KB/s.
  requestSeconds: 12,
};

/** envoyproxy.io, best practices for edge proxies: 32 KiB instead of the default 1 MiB. */
export const connectionBufferBytes = 32 * 1024;

/** Connections that the sender's Envoy opens at most; half of `connectionsPerSender`. */
export const upstreamConnections = 8;

/**
 * Idle time in seconds after which the sender's Envoy closes a connection: before the receiver does (`idleSeconds`), so
 * that no write meets a connection that is being closed, and before a Network Load Balancer forgets it (350 s).
 */
export const upstreamIdleSeconds = 90;

/** The same on loopback, for programs of this machine: as long as Prometheus itself keeps a connection. */
export const loopbackIdleSeconds = 300;

/**
 * What Envoy as a whole takes beyond the shares of senders, strangers and health checks. A connection above its share is
 * accepted before it is closed, one at a time in each worker, and must not cost another sender's connection.
 */
export const connectionsInPassing = 16;

/**
 * Numbers of senders that a receiver's limits are made for. These limits are read at start only, so a fleet that grows
 * beyond one of them restarts Envoy, and one that grows within does not.
 */
export const fleetSizes = [4, 16, 64, 256, 1024];

/** The number of senders, suspended ones included, that the limits have room for. */
export const roomFor = (senders: number): number => fleetSizes.find((size) => size >= senders) ?? senders;

interface Trigger {
  readonly name: string;
  readonly threshold?: { readonly value: number };
  readonly scaled?: { readonly scaling_threshold: number; readonly saturation_threshold: number };
}

/** envoy.config.overload.v3.OverloadManager */
export interface OverloadManager {
  readonly refresh_interval: "0.05s";
  readonly buffer_factory_config: { readonly minimum_account_to_track_power_of_two: number };
  readonly resource_monitors: readonly Extension[];
  readonly actions: readonly { readonly name: string; readonly triggers: readonly Trigger[] }[];
}

const heapMonitor = "envoy.resource_monitors.fixed_heap";

const atHeap = (value: number): Trigger => ({ name: heapMonitor, threshold: { value } });

/**
 * Sheds load before the OOM killer would kill the process: first the streams that hold the most memory, then new requests
 * (503, retried) and new connections. Streams count from 128 KiB on (2^17), which no ordinary batch reaches. Memory is
 * looked at 20 times a second: at four times, one client on loopback outran it to 179 % of a heap of 128 MiB.
 *
 * @param heapBytes what the process may hold
 * @param connections from the outside at once; listeners that only this machine uses are exempt
 */
export function overloadManager(heapBytes: number, connections: number): OverloadManager {
  return {
    refresh_interval: "0.05s",
    buffer_factory_config: { minimum_account_to_track_power_of_two: 17 },
    resource_monitors: [
      extension(heapMonitor, "resource_monitors.fixed_heap.v3.FixedHeapConfig", { max_heap_size_bytes: heapBytes }),
      extension(
        "envoy.resource_monitors.global_downstream_max_connections",
        "resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
        { max_active_downstream_connections: connections },
      ),
    ],
    actions: [
      {
        name: "envoy.overload_actions.reset_high_memory_stream",
        triggers: [{ name: heapMonitor, scaled: { scaling_threshold: 0.7, saturation_threshold: 0.9 } }],
      },
      { name: "envoy.overload_actions.shrink_heap", triggers: [atHeap(0.9)] },
      { name: "envoy.overload_actions.stop_accepting_connections", triggers: [atHeap(0.95)] },
      { name: "envoy.overload_actions.stop_accepting_requests", triggers: [atHeap(0.98)] },
    ],
  };
}
