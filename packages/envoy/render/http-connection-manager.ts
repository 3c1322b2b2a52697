import type { AccessLog } from "./access-log.ts";
import { router } from "./http-filters.ts";
import type { Limits } from "./limits.ts";
import type { RouteConfiguration } from "./route.ts";
import { type LocalReplyConfig, retryableLocalReplies } from "./status-mapping.ts";
import { type Duration, type Extension, extension, seconds } from "./typed.ts";

/** envoy.config.core.v3.Http2ProtocolOptions */
export interface Http2Options {
  readonly max_concurrent_streams: number;
  readonly initial_stream_window_size: number;
  readonly initial_connection_window_size: number;
  readonly connection_keepalive: { readonly interval: Duration; readonly timeout: Duration };
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager, the fields that we set. */
export interface HttpConnectionManager {
  readonly stat_prefix: string;
  readonly codec_type: "HTTP1" | "HTTP2";
  readonly use_remote_address: boolean;
  readonly skip_xff_append: boolean;
  readonly server_header_transformation: "PASS_THROUGH";
  readonly forward_client_cert_details: "SANITIZE";
  readonly preserve_external_request_id: boolean;
  readonly normalize_path: boolean;
  readonly merge_slashes: boolean;
  readonly path_with_escaped_slashes_action: "REJECT_REQUEST";
  readonly request_timeout: Duration;
  readonly request_headers_timeout: Duration;
  readonly stream_idle_timeout: Duration;
  readonly max_request_headers_kb: number;
  readonly common_http_protocol_options: {
    readonly idle_timeout: Duration;
    readonly max_connection_duration: Duration;
    readonly max_headers_count: number;
    readonly headers_with_underscores_action: "REJECT_REQUEST";
  };
  readonly http2_protocol_options?: Http2Options;
  readonly local_reply_config: LocalReplyConfig;
  readonly route_config: RouteConfiguration;
  readonly http_filters: readonly Extension[];
  readonly access_log: readonly AccessLog[];
}

export interface HttpInput {
  readonly statPrefix: string;
  readonly codec: "HTTP1" | "HTTP2";
  readonly routes: RouteConfiguration;
  /** In front of the router, in this order. */
  readonly filters?: readonly Extension[];
  readonly accessLog: AccessLog;
  readonly limits: Limits;
  /** Time in seconds without a request after which a connection is closed; it also ends one that never makes any. */
  readonly idleSeconds: number;
}

/**
 * An HTTP connection manager with the hardening of an edge (envoyproxy.io, best practices for edge proxies). The same
 * is used on loopback: it costs nothing there, and one kind is easier to review than three.
 */
export function httpConnectionManager(input: HttpInput): Extension<HttpConnectionManager> {
  return extension(
    "envoy.filters.network.http_connection_manager",
    "filters.network.http_connection_manager.v3.HttpConnectionManager",
    {
      stat_prefix: input.statPrefix,
      codec_type: input.codec,
      use_remote_address: true,
      // The receiver has no use for the sender's private addresses.
      skip_xff_append: true,
      server_header_transformation: "PASS_THROUGH",
      forward_client_cert_details: "SANITIZE",
      preserve_external_request_id: true,
      // Not normalised on purpose: routes compare the path byte for byte, and normalising would only admit more
      // spellings of it (`//api/v1/write`, `/x/../api/v1/write`).
      normalize_path: false,
      merge_slashes: false,
      path_with_escaped_slashes_action: "REJECT_REQUEST",
      request_timeout: seconds(input.limits.requestSeconds),
      request_headers_timeout: seconds(5),
      // Above every route timeout: those give the better reason.
      stream_idle_timeout: seconds(30),
      max_request_headers_kb: 16,
      common_http_protocol_options: {
        idle_timeout: seconds(input.idleSeconds),
        max_connection_duration: seconds(input.limits.connectionLifetimeSeconds),
        max_headers_count: 50,
        headers_with_underscores_action: "REJECT_REQUEST",
      },
      ...(input.codec === "HTTP2" ? { http2_protocol_options: http2Options(input.limits.streamsPerConnection) } : {}),
      local_reply_config: retryableLocalReplies,
      route_config: input.routes,
      http_filters: [...(input.filters ?? []), router],
      access_log: [input.accessLog],
    },
  );
}

/**
 * Windows as in the edge best practices. The pings keep a connection alive through the load balancer, which forgets
 * idle ones after 350 s, and find out within 40 s that the other side has vanished without a word.
 */
export function http2Options(streams: number): Http2Options {
  return {
    max_concurrent_streams: streams,
    initial_stream_window_size: 65_536,
    initial_connection_window_size: 1_048_576,
    connection_keepalive: { interval: seconds(30), timeout: seconds(10) },
  };
}
