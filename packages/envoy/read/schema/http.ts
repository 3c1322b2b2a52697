import { isPagePath, type QueryRoutes, queryRoutes, remoteWrite, senderHeader } from "@metrics-link/release";
import { z } from "zod";
import { known as limits } from "./limits.ts";
import { statusFilter } from "./logs.ts";
import { any, dnsName, extension, name } from "./messages.ts";

const header = (called: string) =>
  z.strictObject({ name: z.literal(called), string_match: z.strictObject({ exact: z.string() }) });
/** Each header once: Envoy requires every matcher to match, so a second one for a method would drop valid requests. */
const request = z.strictObject({ path: z.string(), headers: z.tuple([header(":method"), header(":path")]) });
const anything = z.strictObject({ prefix: z.literal("/") });

const exactly = (called: string, value: string) =>
  z.strictObject({ name: z.literal(called), string_match: z.strictObject({ exact: z.literal(value) }) });

/** A route to a cluster. The rules check method, path and cluster. */
const leading = (
  called: string,
  timeout: string | z.ZodType<string>,
  rewrite: z.ZodRawShape = {},
  more: z.ZodRawShape = {},
) =>
  z.strictObject({
    name: z.literal(called),
    match: request,
    route: z.strictObject({
      cluster: z.string(),
      timeout: typeof timeout === "string" ? z.literal(timeout) : timeout,
      ...rewrite,
    }),
    ...more,
  });

/**
 * To the gate: whose chain it is, in the place of what the client sent. Any other action than this one would leave that there,
 * and a percent sign would begin a variable of Envoy's, which a client may choose. The rule one-route-only checks the name.
 */
const namesSender = z.tuple([
  z.strictObject({
    header: z.strictObject({ key: z.literal(senderHeader), value: name }),
    append_action: z.literal("OVERWRITE_IF_EXISTS_OR_ADD"),
  }),
]);

const answer = (status: number, text: string) =>
  z.strictObject({
    status: z.literal(status),
    body: z.strictObject({ inline_string: z.literal(`${text}\n`) }),
  });

const notFound = z.strictObject({
  name: z.literal("not-found"),
  match: anything,
  direct_response: answer(404, "nothing is served here"),
});

const wrongMethodOf = (method: string, path: z.ZodType<string>) =>
  z.strictObject({
    name: z.literal("wrong-method"),
    match: z.strictObject({
      path,
      headers: z.tuple([z.strictObject({ name: z.literal(":path"), string_match: z.strictObject({ exact: path }) })]),
    }),
    direct_response: answer(405, `only ${method} is accepted here`),
    response_headers_to_add: z.tuple([
      z.strictObject({ header: z.strictObject({ key: z.literal("allow"), value: z.literal(method) }) }),
    ]),
  });
const wrongMethod = wrongMethodOf("POST", z.literal(remoteWrite.path));

/** How long a local server may take. */
const seconds = /^([1-9]|1\d|2[0-5])s$/;

const pagePath = z.string().refine(isPagePath, { error: "a path in its one spelling" });

/** A metrics service: one page, and nothing else of its server. */
const page = z
  .tuple([leading("metrics", z.string().regex(seconds)), wrongMethodOf("GET", pagePath), notFound])
  .superRefine(([metrics, wrong], context) => {
    if (metrics.match.path === wrong.match.path) return;
    context.addIssue({ code: "custom", path: [1, "match", "path"], message: `expected "${metrics.match.path}"` });
  });

const getAlone = z.strictObject({
  name: z.literal("wrong-method"),
  match: z.strictObject({
    prefix: z.literal("/"),
    headers: z.tuple([
      z.strictObject({
        name: z.literal(":method"),
        string_match: z.strictObject({ exact: z.literal("GET") }),
        invert_match: z.literal(true),
      }),
    ]),
  }),
  direct_response: answer(405, "only GET is accepted here"),
  response_headers_to_add: z.tuple([
    z.strictObject({ header: z.strictObject({ key: z.literal("allow"), value: z.literal("GET") }) }),
  ]),
});

/** A query service: these paths with any query, and nothing else. */
function queries({ paths, patterns }: QueryRoutes) {
  const headers = z.tuple([exactly(":method", "GET")]);
  const leads = (called: string, match: z.ZodRawShape) =>
    z.strictObject({
      name: z.literal(called),
      match: z.strictObject({ ...match, headers }),
      route: z.strictObject({ cluster: z.string(), timeout: z.string().regex(seconds) }),
    });
  const [first = notFound, ...rest]: z.ZodType[] = [
    ...paths.map((path) => leads(path, { path: z.literal(path) })),
    ...patterns.map((regex) => leads(regex, { safe_regex: z.strictObject({ regex: z.literal(regex) }) })),
    getAlone,
    notFound,
  ];
  return z.tuple([first, ...rest]);
}

const wrongAddress = z.strictObject({
  name: z.literal("wrong-address"),
  match: anything,
  direct_response: answer(503, "this certificate is not expected from this address"),
});

/** All routes of each listener, in order: a direct response before the route to a cluster would drop samples. */
export const routes = {
  ingest: z.tuple([
    leading("remote-write", limits.route.ingest, {}, { request_headers_to_add: namesSender.optional() }),
    wrongMethod,
    notFound,
  ]),
  egress: z.tuple([
    leading("remote-write", limits.route.egress, { host_rewrite_literal: dnsName }),
    wrongMethod,
    notFound,
  ]),
  unknownSource: z.tuple([wrongAddress]),
  ready: z.tuple([notFound]),
  service: page,
  queries: z.union([queries(queryRoutes(false)), queries(queryRoutes(true))]),
  metrics: z.tuple([leading("metrics", limits.route.metrics), leading("ready", limits.route.metrics), notFound]),
} as const;

const router = extension("envoy.filters.http.router", "filters.http.router.v3.Router", {
  suppress_envoy_headers: z.literal(true),
});
const bodyLimit = (bytes: number) =>
  extension("envoy.filters.http.buffer", "filters.http.buffer.v3.Buffer", { max_request_bytes: z.literal(bytes) });
/** Denies a request whose length is told and is not 0: behind the filter that tells it. */
const lengthHeader = (matcher: z.ZodRawShape) =>
  z.strictObject({ header: z.strictObject({ name: z.literal("content-length"), ...matcher }) });
const noBody = extension("envoy.filters.http.rbac", "filters.http.rbac.v3.RBAC", {
  rules: z.strictObject({
    action: z.literal("DENY"),
    policies: z.strictObject({
      body: z.strictObject({
        permissions: z.tuple([
          z.strictObject({
            and_rules: z.strictObject({
              rules: z.tuple([
                lengthHeader({ present_match: z.literal(true) }),
                z.strictObject({
                  not_rule: lengthHeader({ string_match: z.strictObject({ exact: z.literal("0") }) }),
                }),
              ]),
            }),
          }),
        ]),
        principals: z.tuple([z.strictObject({ any: z.literal(true) })]),
      }),
    }),
  }),
});
const healthCheck = extension("envoy.filters.http.health_check", "filters.http.health_check.v3.HealthCheck", {
  pass_through_mode: z.literal(false),
  headers: z.tuple([exactly(":path", "/ready"), exactly(":method", "GET")]),
});

/** The HTTP filters of each listener, in order. */
export const httpFilters = {
  direct: z.tuple([router]),
  bounded: z.tuple([bodyLimit(limits.bodyBytes), router]),
  noBody: z.tuple([bodyLimit(1), noBody, router]),
  healthCheck: z.tuple([healthCheck, router]),
} as const;

/** envoy.config.core.v3.Http2ProtocolOptions */
export const http2Options = (streams: number) =>
  z.strictObject({
    max_concurrent_streams: z.literal(streams),
    initial_stream_window_size: z.literal(65_536),
    initial_connection_window_size: z.literal(1_048_576),
    connection_keepalive: z.strictObject({
      interval: z.literal(limits.keepalive.interval),
      timeout: z.literal(limits.keepalive.timeout),
    }),
  });

const retryable = (status: number) =>
  z.strictObject({ filter: statusFilter("EQ", status), status_code: z.literal(503) });

export interface Manager {
  /** `stat_prefix` of its counters. */
  readonly prefix: z.ZodType<string>;
  /** Name of its route configuration and of the single virtual host. */
  readonly name: z.ZodType<string>;
  readonly codec: "HTTP1" | "HTTP2" | "AUTO";
  /** Time without a request after which a connection is closed. */
  readonly idle: string;
  readonly routes: z.ZodType;
  readonly filters: z.ZodType;
  readonly accessLog: z.ZodType;
}

/** The single HTTP connection manager of a filter chain, hardened as Envoy's best practices for edge proxies ask. */
export function httpManager({ prefix, name, codec, idle, routes: known, filters, accessLog }: Manager) {
  return extension(
    "envoy.filters.network.http_connection_manager",
    "filters.network.http_connection_manager.v3.HttpConnectionManager",
    {
      stat_prefix: prefix,
      codec_type: z.literal(codec),
      use_remote_address: z.literal(true),
      skip_xff_append: z.literal(true),
      server_header_transformation: z.literal("PASS_THROUGH"),
      forward_client_cert_details: z.literal("SANITIZE"),
      preserve_external_request_id: z.literal(true),
      // The rule one-route-only checks these two.
      normalize_path: z.boolean(),
      merge_slashes: z.boolean(),
      path_with_escaped_slashes_action: z.literal("REJECT_REQUEST"),
      request_timeout: z.literal(limits.request),
      request_headers_timeout: z.literal(limits.requestHeaders),
      stream_idle_timeout: z.literal(limits.streamIdle),
      max_request_headers_kb: z.literal(16),
      common_http_protocol_options: z.strictObject({
        idle_timeout: z.literal(idle),
        max_connection_duration: z.literal(limits.connectionLifetime),
        max_headers_count: z.literal(50),
        headers_with_underscores_action: z.literal("REJECT_REQUEST"),
      }),
      ...(codec !== "HTTP1" ? { http2_protocol_options: http2Options(limits.streams.ingest) } : {}),
      local_reply_config: z.strictObject({ mappers: z.tuple([retryable(408), retryable(429)]) }),
      route_config: z.strictObject({
        name,
        virtual_hosts: z.tuple([z.strictObject({ name, domains: z.tuple([z.literal("*")]), routes: known })]),
      }),
      http_filters: filters,
      access_log: accessLog,
    },
  );
}

/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions under its own name, and nothing else. */
export const upstreamOptions = (http: z.ZodRawShape, idle: string, lifetime: z.ZodRawShape = {}) =>
  z.strictObject({
    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": any(
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
      {
        common_http_protocol_options: z.strictObject({ idle_timeout: z.literal(idle), ...lifetime }),
        explicit_http_config: z.strictObject(http),
      },
    ),
  });
