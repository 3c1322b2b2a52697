import type { Part } from "./attacks/attack.ts";

export interface Parts {
  readonly listener: Part;
  readonly chain: Part;
  readonly tls: Part;
  readonly manager: Part;
  readonly route: Part;
  readonly cluster: Part;
  readonly all: Part;
}

const withName = (regex: string) => [{ san_type: "DNS", matcher: { safe_regex: { regex } } }];

/** Each is one change of a sound configuration, and part of what a reader must say of it. */
export const serviceAttacks: readonly (readonly [what: string, change: (it: Parts) => void, told: RegExp])[] = [
  [
    "no client certificate",
    ({ tls }) => {
      tls.require_client_certificate = false;
    },
    /require_client_certificate is not true/,
  ],
  [
    "sessions that are resumed",
    ({ tls }) => {
      tls.disable_stateful_session_resumption = false;
    },
    /resumption is not true/,
  ],
  [
    "TLS 1.2",
    ({ tls }) => {
      tls.common_tls_context.tls_params.tls_minimum_protocol_version = "TLSv1_2";
    },
    /TLSv1_2 instead of TLSv1_3/,
  ],
  [
    "a public listener in clear",
    ({ chain }) => {
      delete chain.transport_socket;
    },
    /it serves others in clear/,
  ],
  [
    "any name of the root",
    ({ tls }) => {
      delete trust(tls).match_typed_subject_alt_names;
    },
    /not literal DNS names/,
  ],
  [
    "a pattern for a name",
    ({ tls }) => {
      trust(tls).match_typed_subject_alt_names = withName(".*\\.ops\\.internal");
    },
    /not literal DNS names/,
  ],
  [
    "a name more at an address",
    ({ tls }) => {
      trust(tls).match_typed_subject_alt_names.push(...withName("other\\.ops\\.internal"));
    },
    /several clients may come/,
  ],
  [
    "another name",
    ({ tls }) => {
      trust(tls).match_typed_subject_alt_names = withName("other\\.ops\\.internal");
    },
    /other\.ops\.internal from 10\.30\.0\.5.* instead of/,
  ],
  [
    "a range of addresses",
    ({ chain }) => {
      chain.filter_chain_match.source_prefix_ranges[0].prefix_len = 24;
    },
    /10\.30\.0\.5\/24 is not one IPv4 address/,
  ],
  [
    "another address",
    ({ chain }) => {
      chain.filter_chain_match.source_prefix_ranges[0].address_prefix = "10.30.0.6";
    },
    /from 10\.30\.0\.6.* instead of/,
  ],
  [
    "the link's leaf",
    ({ tls }) => {
      Object.assign(tls.common_tls_context.tls_certificate_sds_secret_configs[0], {
        name: "leaf",
        sds_config: {
          resource_api_version: "V3",
          path_config_source: { path: "/opt/metrics-link/current/envoy/sds/leaf.json" },
        },
      });
    },
    /there is no envoy\/sds\/leaf\.json/,
  ],
  [
    "every path",
    ({ route }) => {
      route.match = { prefix: "/" };
    },
    /not exactly GET of one page|match/,
  ],
  [
    "another path",
    ({ route }) => {
      route.match.path = "/debug";
      route.match.headers[1].string_match.exact = "/debug";
    },
    /\/debug.* instead of \/metrics|expected "\/debug"/,
  ],
  [
    "another method",
    ({ route }) => {
      route.match.headers[0].string_match.exact = "POST";
    },
    /not exactly GET of one page/,
  ],
  [
    "a path with a query",
    ({ route }) => {
      route.match.headers.splice(1, 1);
    },
    /headers/,
  ],
  [
    "a rewritten path",
    ({ route }) => {
      route.route.prefix_rewrite = "/debug";
    },
    /prefix_rewrite: not known/,
  ],
  [
    "normalized paths",
    ({ manager }) => {
      manager.normalize_path = true;
    },
    /paths are normalized/,
  ],
  [
    "Envoy's admin interface",
    ({ cluster }) => {
      cluster.load_assignment.endpoints[0].lb_endpoints[0].endpoint.address = {
        pipe: { path: "/run/metrics-link-envoy/admin.sock" },
      };
    },
    /leads to \/run\/metrics-link-envoy\/admin\.sock, which no service may/,
  ],
  [
    "the same by another spelling",
    ({ cluster }) => {
      cluster.load_assignment.endpoints[0].lb_endpoints[0].endpoint.address = {
        pipe: { path: "/var/run/metrics-link-envoy/admin.sock" },
      };
    },
    /which no service may/,
  ],
  [
    "the same by dots",
    ({ cluster }) => {
      cluster.load_assignment.endpoints[0].lb_endpoints[0].endpoint.address = {
        pipe: { path: "/run/app/../metrics-link-envoy/admin.sock" },
      };
    },
    /which no service may/,
  ],
  [
    "Prometheus' queries",
    ({ cluster, route }) => {
      cluster.load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address.port_value = 9090;
      route.match.path = "/api/v1/query";
      route.match.headers[1].string_match.exact = "/api/v1/query";
    },
    /of 127\.0\.0\.1:9090 only \/metrics is metrics, not \/api\/v1\/query/,
  ],
  [
    "a server elsewhere",
    ({ cluster }) => {
      cluster.load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address.address = "169.254.169.254";
    },
    /which no service may|sends traffic off the host|no UpstreamTlsContext/,
  ],
  [
    "the link's own port",
    ({ listener }) => {
      listener.address.socket_address.port_value = 8443;
    },
    /instead of 127\.0\.0\.1 or 0\.0\.0\.0 with a free port/,
  ],
  [
    "a filter of PROXY protocol",
    ({ listener }) => {
      listener.listener_filters = [{ name: "envoy.filters.listener.proxy_protocol" }];
    },
    /listener filter envoy\.filters\.listener\.proxy_protocol is not known/,
  ],
  [
    "bodies",
    ({ manager }) => {
      manager.http_filters.splice(1, 1);
    },
    /http_filters/,
  ],
  [
    "a share without a limit",
    ({ chain }) => {
      chain.filters[0].typed_config.max_connections = 100_000;
    },
    /max_connections/,
  ],
  [
    "more connections than shares",
    ({ all }) => {
      all.overload_manager.resource_monitors[1].typed_config.max_active_downstream_connections = 10_000;
    },
    /10000 connections at once instead of 48/,
  ],
  [
    "a service that is not declared",
    ({ all, listener }) => {
      all.static_resources.listeners.push({ ...listener, name: "service-more", stat_prefix: "service-more" });
    },
    /service-more is no declared service/,
  ],
  [
    "a service that is missing",
    ({ all }) => {
      all.static_resources.listeners.shift();
    },
    /service-teleport is declared and there are 0 listeners/,
  ],
  [
    "no line of who scraped",
    ({ manager }) => {
      manager.access_log = [];
    },
    /access_log/,
  ],
];

const trust = (tls: Part): Part => tls.common_tls_context.combined_validation_context.default_validation_context;
