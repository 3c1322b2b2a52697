import type { Limits } from "./limits.ts";
import { type AccessLog, statusFilter } from "./logs.ts";
import { type Duration, type Extension, extension, seconds } from "./messages.ts";
import type { RouteConfiguration } from "./routes.ts";

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
  readonly codec_type: "HTTP1" | "HTTP2" | "AUTO";
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
  /** `AUTO`: what the client has agreed to in its handshake, either. */
  readonly codec: "HTTP1" | "HTTP2" | "AUTO";
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
      ...(input.codec !== "HTTP1" ? { http2_protocol_options: http2Options(input.limits.streamsPerConnection) } : {}),
      local_reply_config: retryableLocalReplies,
      route_config: input.routes,
      http_filters: [...(input.filters ?? []), router],
      access_log: [input.accessLog],
    },
  );
}

/**
 * Windows as in the edge best practices. The pings keep a connection alive through the load balancer, which forgets
 * idle ones after 350 s, and detect within 40 s that the peer has disappeared.
 */
export function http2Options(streams: number): Http2Options {
  return {
    max_concurrent_streams: streams,
    initial_stream_window_size: 65_536,
    initial_connection_window_size: 1_048_576,
    connection_keepalive: { interval: seconds(30), timeout: seconds(10) },
  };
}

/** Ends every chain of HTTP filters. Envoy's own response headers would reveal what runs here. */
const router: Extension = extension("envoy.filters.http.router", "filters.http.router.v3.Router", {
  suppress_envoy_headers: true,
});

/** Holds a body until it is whole, so that a slow or endless one never reaches Prometheus; answers 413 beyond. */
export function bodyLimit(bytes: number): Extension {
  return extension("envoy.filters.http.buffer", "filters.http.buffer.v3.Buffer", { max_request_bytes: bytes });
}

/**
 * Refuses a request with a body, by 403. Behind `bodyLimit`, which holds the body and writes its length into the header where the client
 * did not (source/extensions/filters/http/buffer/buffer_filter.cc, `maybeAddContentLength`); its own limit is no less than a buffer.
 */
export const noBody: Extension = extension("envoy.filters.http.rbac", "filters.http.rbac.v3.RBAC", {
  rules: {
    action: "DENY",
    policies: {
      body: {
        permissions: [
          {
            and_rules: {
              rules: [
                { header: { name: "content-length", present_match: true } },
                { not_rule: { header: { name: "content-length", string_match: { exact: "0" } } } },
              ],
            },
          },
        ],
        principals: [{ any: true }],
      },
    },
  },
});

/**
 * Answers `GET path` with 200 while this Envoy takes connections, 503 from `/healthcheck/fail` on. It is answered
 * within the filter, so that nothing leads from this listener to the admin interface or to Prometheus.
 */
export function healthCheck(path: string): Extension {
  return extension("envoy.filters.http.health_check", "filters.http.health_check.v3.HealthCheck", {
    pass_through_mode: false,
    headers: [
      { name: ":path", string_match: { exact: path } },
      { name: ":method", string_match: { exact: "GET" } },
    ],
  });
}

/**
 * Prometheus retries network errors and 5xx, and 429 if told to; a batch answered with any other status is dropped
 * for ever. These two say "later", not "never": a request that came too slowly (408) and a rate limit (429).
 * 400, 404 and 413 stay as they are: retrying one bad batch would block its shard for ever.
 */
const retryableStatuses = [408, 429] as const;

interface LocalReplyConfig {
  readonly mappers: readonly { readonly filter: object; readonly status_code: number }[];
}

/** Maps Envoy's local replies, so that Prometheus retries whatever is worth a retry. */
const retryableLocalReplies: LocalReplyConfig = {
  mappers: retryableStatuses.map((status) => ({ filter: statusFilter("EQ", status), status_code: 503 })),
};
