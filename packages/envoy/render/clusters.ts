import { type Http2Options, http2Options } from "./http.ts";
import { connectionBufferBytes, connectSeconds, upstreamConnections, upstreamIdleSeconds } from "./limits.ts";
import {
  type Address,
  type Duration,
  type Extension,
  loopback,
  seconds,
  socket,
  type Typed,
  typed,
} from "./messages.ts";
import type { UpstreamTlsContext } from "./tls.ts";

/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions */
interface UpstreamHttpOptions {
  readonly common_http_protocol_options: {
    readonly idle_timeout: Duration;
    readonly max_connection_duration?: Duration;
  };
  readonly explicit_http_config: {
    readonly http_protocol_options?: object;
    readonly http2_protocol_options?: Http2Options;
  };
}

/** Every ejection that is not listed stays at Envoy's default; 0 turns a detector off. */
interface OutlierDetection {
  readonly split_external_local_origin_errors: boolean;
  readonly consecutive_local_origin_failure: number;
  readonly enforcing_consecutive_local_origin_failure: number;
  readonly enforcing_local_origin_success_rate: number;
  readonly enforcing_consecutive_5xx: number;
  readonly enforcing_consecutive_gateway_failure: number;
  readonly enforcing_success_rate: number;
  readonly base_ejection_time: Duration;
  readonly max_ejection_time: Duration;
  readonly max_ejection_percent: number;
}

/** envoy.config.cluster.v3.Cluster */
export interface Cluster {
  readonly name: string;
  readonly type: "STATIC";
  readonly connect_timeout: Duration;
  readonly lb_policy: "ROUND_ROBIN";
  readonly per_connection_buffer_limit_bytes: number;
  readonly common_lb_config?: { readonly healthy_panic_threshold: { readonly value: number } };
  readonly circuit_breakers?: {
    readonly thresholds: readonly {
      readonly max_connections: number;
      readonly max_pending_requests: number;
      readonly max_requests: number;
      readonly track_remaining: boolean;
    }[];
  };
  readonly outlier_detection?: OutlierDetection;
  readonly typed_extension_protocol_options?: Readonly<Record<string, Typed<UpstreamHttpOptions>>>;
  readonly transport_socket?: Extension<UpstreamTlsContext>;
  readonly load_assignment: {
    readonly cluster_name: string;
    readonly endpoints: readonly { readonly lb_endpoints: readonly { readonly endpoint: { address: Address } }[] }[];
  };
}

function cluster(name: string, addresses: readonly Address[], connectTimeoutSeconds: number): Cluster {
  return {
    name,
    type: "STATIC",
    connect_timeout: seconds(connectTimeoutSeconds),
    lb_policy: "ROUND_ROBIN",
    per_connection_buffer_limit_bytes: connectionBufferBytes,
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: addresses.map((address) => ({ endpoint: { address } })) }],
    },
  };
}

const httpOptions = (options: UpstreamHttpOptions) => ({
  "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": typed(
    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
    options,
  ),
});

/** A server on this host, over plaintext HTTP/1.1. */
export function localCluster(name: string, address: Address): Cluster {
  return {
    ...cluster(name, [address], 1),
    typed_extension_protocol_options: httpOptions({
      // Well below the five minutes after which Prometheus closes an idle connection under our feet.
      common_http_protocol_options: { idle_timeout: seconds(60) },
      explicit_http_config: { http_protocol_options: {} },
    }),
  };
}

/** The Prometheus of this machine. @param requests how many may be under way at once, over all senders */
export const prometheusCluster = (port: number, requests: number): Cluster =>
  breakingCluster("prometheus", socket(loopback, port), requests);

/** The gate in front of it. @param requests how many may be under way at once, over all senders */
export const gateCluster = (path: string, requests: number): Cluster =>
  breakingCluster("gate", { pipe: { path } }, requests);

export function breakingCluster(name: string, address: Address, requests: number): Cluster {
  return {
    ...localCluster(name, address),
    circuit_breakers: {
      thresholds: [
        { max_connections: requests, max_pending_requests: requests, max_requests: requests, track_remaining: true },
      ],
    },
  };
}

export interface ReceiverEndpoint {
  /** The load balancer's addresses, IPv4. */
  readonly addresses: readonly string[];
  readonly port: number;
  readonly tls: Extension<UpstreamTlsContext>;
  /** Shards of the sender's queue: each has one request under way. */
  readonly maxShards: number;
  readonly connectionLifetimeSeconds: number;
}

/** The receiver's public endpoint, over HTTP/2 and mutual TLS. */
export function receiverCluster(endpoint: ReceiverEndpoint): Cluster {
  const sockets = endpoint.addresses.map((address) => socket(address, endpoint.port));
  // One request a shard and one for metadata; twice that, because a breaker is there for what is not expected.
  const requests = 2 * (endpoint.maxShards + 1);
  return {
    ...cluster("receiver", sockets, connectSeconds),
    common_lb_config: everyAddressWhenNoneIsHealthy,
    circuit_breakers: {
      thresholds: [
        {
          max_connections: upstreamConnections,
          max_pending_requests: requests,
          max_requests: requests,
          track_remaining: true,
        },
      ],
    },
    outlier_detection: setAsideDeadAddresses,
    typed_extension_protocol_options: httpOptions({
      common_http_protocol_options: {
        idle_timeout: seconds(upstreamIdleSeconds),
        max_connection_duration: seconds(endpoint.connectionLifetimeSeconds),
      },
      explicit_http_config: { http2_protocol_options: http2Options(100) },
    }),
    transport_socket: endpoint.tls,
  };
}

/**
 * With two addresses and one dead, every other request would wait for the connect timeout. Two failures to connect set
 * an address aside for 30 s, later for a minute at most. What the receiver answers (5xx) is never held against an
 * address: behind all of them is the same Envoy.
 */
const setAsideDeadAddresses: OutlierDetection = {
  split_external_local_origin_errors: true,
  consecutive_local_origin_failure: 2,
  enforcing_consecutive_local_origin_failure: 100,
  enforcing_local_origin_success_rate: 0,
  enforcing_consecutive_5xx: 0,
  enforcing_consecutive_gateway_failure: 0,
  enforcing_success_rate: 0,
  base_ejection_time: seconds(30),
  max_ejection_time: seconds(60),
  max_ejection_percent: 100,
};

/** If all addresses are ejected, the link is down, not the addresses: then Envoy tries each, to notice its return. */
const everyAddressWhenNoneIsHealthy = { healthy_panic_threshold: { value: 1 } };
