import { type Mutant, managerOf, routesOf, tlsOf, trustOf } from "../../../program/policy/support/mutate.ts";

// A change knows what it changes; the types of what is rendered would only stand in its way.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Part = any;

/** One line that opens a fence, or hides something, and where a reader of the configuration must see it. */
export interface Attack {
  readonly what: string;
  readonly at: "receiver" | "sender";
  readonly change: (it: Mutant) => void;
  /** Part of the path that every finding must name. */
  readonly path: string;
}

const ingest = "static_resources.listeners[0]";
const chain = `${ingest}.filter_chains[0]`;
const manager = `${chain}.filters[1].typed_config`;
const host = `${manager}.route_config.virtual_hosts[0]`;
const route = `${host}.routes[0]`;
const downstream = `${chain}.transport_socket.typed_config`;
const cluster = "static_resources.clusters[0]";
const upstream = `${cluster}.transport_socket.typed_config`;
const google = "type.googleapis.com/";
const envoy = `${google}envoy.extensions.`;
const bootstrapFile = "envoy/bootstrap.json";
const trustFile = "envoy/sds/trusted-ca-account-a.json";

const listeners = (it: Mutant, change: (ingestListener: Part, all: Part) => void) =>
  it.envoy(({ static_resources }) => change(static_resources.listeners[0], static_resources.listeners));
const ready = (it: Mutant, change: (readyChain: Part, readyListener: Part) => void) =>
  it.envoy(({ static_resources }) => {
    const found = static_resources.listeners.find((one: Part) => one.name === "ready");
    change(found.filter_chains[0], found);
  });

const receiver = (what: string, path: string, change: (it: Mutant) => void): Attack => ({
  what,
  at: "receiver",
  path,
  change,
});
const sender = (what: string, path: string, change: (it: Mutant) => void): Attack => ({
  what,
  at: "sender",
  path,
  change,
});

/** Fence 1 and 2: who is let in. */
const letIn: readonly Attack[] = [
  receiver("a listener filter named tls_inspector and typed proxy_protocol", `${ingest}.listener_filters`, (it) =>
    listeners(it, (listener) => {
      listener.listener_filters = [
        {
          name: "envoy.filters.listener.tls_inspector",
          typed_config: { "@type": `${envoy}filters.listener.proxy_protocol.v3.ProxyProtocol` },
        },
      ];
    }),
  ),
  receiver("a listener filter that restores another destination", `${ingest}.listener_filters`, (it) =>
    listeners(it, (listener) => {
      listener.listener_filters = [
        {
          name: "envoy.filters.listener.original_dst",
          typed_config: { "@type": `${envoy}filters.listener.original_dst.v3.OriginalDst` },
        },
      ];
    }),
  ),
  receiver("a tree that chooses the chain", `${ingest}.filter_chain_matcher`, (it) =>
    listeners(it, (listener) => {
      listener.filter_chain_matcher = {
        on_no_match: {
          action: {
            name: "account-a",
            typed_config: { "@type": `${google}google.protobuf.StringValue`, value: "account-a" },
          },
        },
      };
    }),
  ),
  receiver("a prefix length in octal", bootstrapFile, (it) =>
    it.file(bootstrapFile, (text) => text.replace('"prefix_len": 32', '"prefix_len": 032')),
  ),
  receiver("a prefix length as text", "source_prefix_ranges[0].prefix_len", (it) =>
    it.chain((found) => {
      found.filter_chain_match.source_prefix_ranges[0].prefix_len = "32";
    }),
  ),
  receiver("a prefix length twice", bootstrapFile, (it) =>
    it.file(bootstrapFile, (text) => text.replace('"prefix_len": 32', '"prefix_len": 0,\n"prefix_len": 32')),
  ),
  receiver("a prefix length in camel case", "source_prefix_ranges[0].prefixLen", (it) =>
    it.chain((found) => {
      found.filter_chain_match.source_prefix_ranges[0] = { address_prefix: "203.0.113.10", prefixLen: 0 };
    }),
  ),
  receiver("no prefix length", "source_prefix_ranges[0].prefix_len", (it) =>
    it.chain((found) => {
      delete found.filter_chain_match.source_prefix_ranges[0].prefix_len;
    }),
  ),
  receiver("an IPv6 range", "source_prefix_ranges[1]", (it) =>
    it.chain((found) => {
      found.filter_chain_match.source_prefix_ranges.push({ address_prefix: "::", prefix_len: 32 });
    }),
  ),
  receiver("a match in camel case beside the one in snake case", `${chain}.filterChainMatch`, (it) =>
    it.chain((found) => {
      found.filterChainMatch = {};
    }),
  ),
  receiver("a match by the address that the client says", "filter_chain_match.direct_source_prefix_ranges", (it) =>
    it.chain((found) => {
      found.filter_chain_match.direct_source_prefix_ranges = [{ address_prefix: "0.0.0.0", prefix_len: 0 }];
    }),
  ),
  receiver("a match by server names", "filter_chain_match.server_names", (it) =>
    it.chain((found) => {
      found.filter_chain_match.server_names = ["metrics"];
    }),
  ),
  receiver("another port that is redirected to the chain", "filter_chain_match.destination_port", (it) =>
    it.chain((found) => {
      found.filter_chain_match.destination_port = 8443;
    }),
  ),
  receiver("more addresses of the listener", `${ingest}.additional_addresses`, (it) =>
    listeners(it, (listener) => {
      listener.additional_addresses = [{ address: { socket_address: { address: "0.0.0.0", port_value: 9000 } } }];
    }),
  ),
  receiver("a chain for everything else", `${ingest}.default_filter_chain`, (it) =>
    listeners(it, (listener) => {
      listener.default_filter_chain = listener.filter_chains.pop();
    }),
  ),
  receiver("the original destination decides", `${ingest}.use_original_dst`, (it) =>
    listeners(it, (listener) => {
      listener.use_original_dst = true;
    }),
  ),
  receiver("a listener for UDP", `${ingest}.udp_listener_config`, (it) =>
    listeners(it, (listener) => {
      listener.udp_listener_config = { quic_options: {} };
    }),
  ),
  receiver("a listener that takes any protocol of sockets", `${ingest}.address.socket_address.protocol`, (it) =>
    listeners(it, (listener) => {
      listener.address.socket_address.protocol = "UDP";
    }),
  ),
  receiver("a listener within Envoy", "static_resources.listeners[3]", (it) =>
    listeners(it, (_listener, all) => all.push({ name: "inside", internal_listener: {}, filter_chains: [] })),
  ),
  receiver("an API listener", `${ingest}.api_listener`, (it) =>
    listeners(it, (listener) => {
      listener.api_listener = { api_listener: { "@type": `${google}google.protobuf.Empty` } };
    }),
  ),
  receiver("socket options", `${ingest}.socket_options`, (it) =>
    listeners(it, (listener) => {
      listener.socket_options = [{ level: 1, name: 2, int_value: 1 }];
    }),
  ),
  receiver("a listener that keeps connections after a drain", `${ingest}.drain_type`, (it) =>
    listeners(it, (listener) => {
      listener.drain_type = "MODIFY_ONLY";
    }),
  ),
  receiver("a matcher of the ready port's virtual host", "virtual_hosts[0].matcher", (it) =>
    ready(it, (found) => {
      const [virtual] = managerOf(found).route_config.virtual_hosts;
      virtual.matcher = {
        on_no_match: {
          action: {
            name: "route",
            typed_config: {
              "@type": `${google}envoy.config.route.v3.Route`,
              match: { prefix: "/" },
              route: { cluster: "prometheus" },
            },
          },
        },
      };
    }),
  ),
  receiver("a ready port that leads to Prometheus", "static_resources.listeners[1]", (it) =>
    ready(it, (found) => {
      routesOf(found)[0] = { name: "open", match: { prefix: "/" }, route: { cluster: "prometheus", timeout: "10s" } };
    }),
  ),
  receiver("a ready port that asks the admin interface", "static_resources.listeners[1]", (it) =>
    ready(it, (found, listener) => {
      const metrics = structuredClone(managerOf(found));
      metrics.route_config.virtual_hosts[0].routes.unshift({
        name: "metrics",
        match: { path: "/stats/prometheus", headers: [] },
        route: { cluster: "admin", timeout: "10s" },
      });
      listener.filter_chains[0].filters.at(-1).typed_config = metrics;
    }),
  ),
];

/** Fence 2: whose certificate is taken. */
const believed: readonly Attack[] = [
  receiver("TLS secrets are written down", "common_tls_context.key_log", (it) =>
    it.chain((found) => {
      tlsOf(found).common_tls_context.key_log = { path: "/var/lib/metrics-link/keys" };
    }),
  ),
  receiver("keys of session tickets", `${downstream}.session_ticket_keys`, (it) =>
    it.chain((found) => {
      tlsOf(found).session_ticket_keys = { keys: [{ filename: "/etc/hostname" }] };
    }),
  ),
  receiver("a policy of OCSP", `${downstream}.ocsp_staple_policy`, (it) =>
    it.chain((found) => {
      tlsOf(found).ocsp_staple_policy = "LENIENT_STAPLING";
    }),
  ),
  receiver("a validator of one's own", "default_validation_context.custom_validator_config", (it) =>
    it.chain((found) => {
      trustOf(found).default_validation_context.custom_validator_config = {
        name: "envoy.tls.cert_validator.spiffe",
        typed_config: {
          "@type": `${envoy}transport_sockets.tls.v3.SPIFFECertValidatorConfig`,
          trust_domains: [{ name: "a", trust_bundle: { filename: "/etc/hostname" } }],
        },
      };
    }),
  ),
  receiver("a chain of trust that is not verified", "default_validation_context.trust_chain_verification", (it) =>
    it.chain((found) => {
      trustOf(found).default_validation_context.trust_chain_verification = "ACCEPT_UNTRUSTED";
    }),
  ),
  receiver("revocation of leaves alone", "default_validation_context.only_verify_leaf_cert_crl", (it) =>
    it.chain((found) => {
      trustOf(found).default_validation_context.only_verify_leaf_cert_crl = true;
    }),
  ),
  receiver("expired certificates", "default_validation_context.allow_expired_certificate", (it) =>
    it.chain((found) => {
      trustOf(found).default_validation_context.allow_expired_certificate = true;
    }),
  ),
  receiver("the system's authorities", "default_validation_context.system_root_certs", (it) =>
    it.chain((found) => {
      trustOf(found).default_validation_context.system_root_certs = {};
    }),
  ),
  receiver("names by the old field", "default_validation_context.match_subject_alt_names", (it) =>
    it.chain((found) => {
      trustOf(found).default_validation_context.match_subject_alt_names = [{ prefix: "" }];
    }),
  ),
  receiver("a certificate by its key", "default_validation_context.verify_certificate_spki", (it) =>
    it.chain((found) => {
      trustOf(found).default_validation_context.verify_certificate_spki = [
        "NvqYIYSbgK2vCJpQhObf77vv+bQWtc5ek5RIOwPiC9A=",
      ];
    }),
  ),
  receiver("a matcher that ignores case", "match_typed_subject_alt_names[0].matcher", (it) =>
    it.chain((found) => {
      trustOf(found).default_validation_context.match_typed_subject_alt_names[0].matcher = {
        exact: "metrics-sender.account-a.internal",
        ignore_case: true,
      };
    }),
  ),
  receiver("a name with an alternative", "match_typed_subject_alt_names", (it) =>
    it.chain((found) => {
      const [name] = trustOf(found).default_validation_context.match_typed_subject_alt_names;
      name.matcher.safe_regex.regex += "|.*";
    }),
  ),
  receiver("a certificate that is not demanded", `${downstream}.require_client_certificate`, (it) =>
    it.chain((found) => {
      tlsOf(found).require_client_certificate = false;
    }),
  ),
  receiver("a demand as text", `${downstream}.require_client_certificate`, (it) =>
    it.chain((found) => {
      tlsOf(found).require_client_certificate = "true";
    }),
  ),
  receiver("certificates from a service", "common_tls_context.tls_certificate_sds_secret_configs[0].sds_config", (it) =>
    it.chain((found) => {
      tlsOf(found).common_tls_context.tls_certificate_sds_secret_configs[0].sds_config = { ads: {} };
    }),
  ),
  receiver("trust from a service", "validation_context_sds_secret_config.sds_config", (it) =>
    it.chain((found) => {
      trustOf(found).validation_context_sds_secret_config.sds_config = {
        resource_api_version: "V3",
        api_config_source: { api_type: "GRPC" },
      };
    }),
  ),
  receiver("trust from outside of the release", "validation_context_sds_secret_config.sds_config", (it) =>
    it.chain((found) => {
      trustOf(found).validation_context_sds_secret_config.sds_config.path_config_source.path = "/tmp/trusted.json";
    }),
  ),
  receiver("an anchor of the system in the secret", trustFile, (it) =>
    it.document(trustFile, (file) => {
      file.resources[0].validation_context.trusted_ca.filename = "/etc/ssl/certs/ca-certificates.crt";
    }),
  ),
  receiver("an anchor in the secret's own text", trustFile, (it) =>
    it.document(trustFile, (file) => {
      file.resources[0].validation_context.trusted_ca = { inline_string: "-----BEGIN CERTIFICATE-----" };
    }),
  ),
  receiver("a secret that takes a certificate by its hash", trustFile, (it) =>
    it.document(trustFile, (file) => {
      file.resources[0].validation_context.verify_certificate_hash = ["00"];
    }),
  ),
  receiver("a second secret of the name", trustFile, (it) =>
    it.document(trustFile, (file) => {
      file.resources.push(file.resources[0]);
    }),
  ),
  receiver("a transport socket of the TLS name in clear", `${chain}.transport_socket`, (it) =>
    it.chain((found) => {
      found.transport_socket.typed_config = { "@type": `${envoy}transport_sockets.raw_buffer.v3.RawBuffer` };
    }),
  ),
  receiver("TLS that starts later", `${chain}.transport_socket`, (it) =>
    it.chain((found) => {
      found.transport_socket = {
        name: "envoy.transport_sockets.starttls",
        typed_config: { "@type": `${envoy}transport_sockets.starttls.v3.StartTlsConfig` },
      };
    }),
  ),
  receiver("a PROXY protocol in the chain", `${chain}.use_proxy_proto`, (it) =>
    it.chain((found) => {
      found.use_proxy_proto = true;
    }),
  ),
  receiver("a chain discovered later", `${chain}.on_demand_configuration`, (it) =>
    it.chain((found) => {
      found.on_demand_configuration = { rebuild_timeout: "1s" };
    }),
  ),
];

/** Behind the fences: what is routed, and what looks at it. */
const routed: readonly Attack[] = [
  receiver("an HTTP filter named buffer and typed Lua", `${manager}.http_filters[0]`, (it) =>
    it.chain((found) => {
      managerOf(found).http_filters[0].typed_config = {
        "@type": `${envoy}filters.http.lua.v3.Lua`,
        default_source_code: { inline_string: "function envoy_on_request(h) end" },
      };
    }),
  ),
  receiver("an HTTP filter from a service", `${manager}.http_filters[0]`, (it) =>
    it.chain((found) => {
      managerOf(found).http_filters[0] = {
        name: "envoy.filters.http.buffer",
        config_discovery: { config_source: { path_config_source: { path: "/tmp/x.json" } }, type_urls: ["x"] },
      };
    }),
  ),
  receiver("a filter without its configuration", `${manager}.http_filters[0].typed_config`, (it) =>
    it.chain((found) => {
      managerOf(found).http_filters[0] = { name: "envoy.filters.http.buffer" };
    }),
  ),
  receiver("a health check in the sender's chain", `${manager}.http_filters`, (it) =>
    it.chain((found) => {
      managerOf(found).http_filters.unshift({
        name: "envoy.filters.http.health_check",
        typed_config: { "@type": `${envoy}filters.http.health_check.v3.HealthCheck`, pass_through_mode: false },
      });
    }),
  ),
  receiver("TCP that is passed on", `${chain}.filters`, (it) =>
    it.chain((found) => {
      found.filters = [
        {
          name: "envoy.filters.network.http_connection_manager",
          typed_config: {
            "@type": `${envoy}filters.network.tcp_proxy.v3.TcpProxy`,
            stat_prefix: "x",
            cluster: "prometheus",
          },
        },
      ];
    }),
  ),
  receiver("requests that are mirrored", `${route}.route.request_mirror_policies`, (it) =>
    it.chain((found) => {
      routesOf(found)[0].route.request_mirror_policies = [{ cluster: "prometheus" }];
    }),
  ),
  receiver("a redirect", `${host}.routes`, (it) =>
    it.chain((found) => {
      routesOf(found)[0] = { name: "away", match: { prefix: "/" }, redirect: { host_redirect: "example.org" } };
    }),
  ),
  receiver("a route by an expression", `${route}.match`, (it) =>
    it.chain((found) => {
      routesOf(found)[0].match = { safe_regex: { regex: "/api/.*" } };
    }),
  ),
  receiver("a route by a prefix", `${route}.match`, (it) =>
    it.chain((found) => {
      routesOf(found)[0].match = { prefix: "/api" };
    }),
  ),
  receiver("a path without regard to case", `${route}.match.case_sensitive`, (it) =>
    it.chain((found) => {
      routesOf(found)[0].match.case_sensitive = false;
    }),
  ),
  receiver("a header matched the other way round", `${route}.match.headers[0].invert_match`, (it) =>
    it.chain((found) => {
      routesOf(found)[0].match.headers[0].invert_match = true;
    }),
  ),
  receiver("a header that counts when it is missing", "treat_missing_header_as_empty", (it) =>
    it.chain((found) => {
      routesOf(found)[0].match.headers[0].treat_missing_header_as_empty = true;
    }),
  ),
  receiver("upgrades to other protocols", `${manager}.upgrade_configs`, (it) =>
    it.chain((found) => {
      managerOf(found).upgrade_configs = [{ upgrade_type: "CONNECT" }];
    }),
  ),
  receiver("upgrades by the route", `${route}.route.upgrade_configs`, (it) =>
    it.chain((found) => {
      routesOf(found)[0].route.upgrade_configs = [{ upgrade_type: "websocket", enabled: true }];
    }),
  ),
  receiver("a path that is rewritten", `${route}.route.regex_rewrite`, (it) =>
    it.chain((found) => {
      routesOf(found)[0].route.regex_rewrite = {
        pattern: { regex: ".*" },
        substitution: "/api/v1/admin/tsdb/delete_series",
      };
    }),
  ),
  receiver("a path with a prefix rewritten", `${route}.route.prefix_rewrite`, (it) =>
    it.chain((found) => {
      routesOf(found)[0].route.prefix_rewrite = "/-/quit";
    }),
  ),
  receiver("a cluster by a header", `${route}.route`, (it) =>
    it.chain((found) => {
      routesOf(found)[0].route = { cluster_header: "x-cluster", timeout: "20s" };
    }),
  ),
  receiver("a cluster that is not there", route, (it) =>
    it.chain((found) => {
      routesOf(found)[0].route.cluster = "admin";
    }),
  ),
  receiver("routes from a service", `${manager}.rds`, (it) =>
    it.chain((found) => {
      delete managerOf(found).route_config;
      managerOf(found).rds = { route_config_name: "x", config_source: { ads: {} } };
    }),
  ),
  receiver("a filter of a route's own", `${route}.typed_per_filter_config`, (it) =>
    it.chain((found) => {
      routesOf(found)[0].typed_per_filter_config = {
        "envoy.filters.http.buffer": { "@type": `${envoy}filters.http.buffer.v3.BufferPerRoute`, disabled: true },
      };
    }),
  ),
  receiver("a certificate's details from the client's own header", `${manager}.forward_client_cert_details`, (it) =>
    it.chain((found) => {
      managerOf(found).forward_client_cert_details = "ALWAYS_FORWARD_ONLY";
    }),
  ),
  receiver("addresses that the client says", `${manager}.original_ip_detection_extensions`, (it) =>
    it.chain((found) => {
      managerOf(found).original_ip_detection_extensions = [
        {
          name: "envoy.http.original_ip_detection.xff",
          typed_config: { "@type": `${envoy}http.original_ip_detection.xff.v3.XffConfig`, xff_num_trusted_hops: 1 },
        },
      ];
    }),
  ),
  receiver("trusted hops in front", `${manager}.xff_num_trusted_hops`, (it) =>
    it.chain((found) => {
      managerOf(found).xff_num_trusted_hops = 1;
    }),
  ),
  receiver("paths that are normalised", `${manager}.normalize_path`, (it) =>
    it.chain((found) => {
      managerOf(found).normalize_path = true;
    }),
  ),
  receiver("normalising by another field", `${manager}.path_normalization_options`, (it) =>
    it.chain((found) => {
      managerOf(found).path_normalization_options = { forwarding_transformation: {} };
    }),
  ),
  receiver("local replies that say 204", `${manager}.local_reply_config.mappers[0]`, (it) =>
    it.chain((found) => {
      managerOf(found).local_reply_config.mappers[0].status_code = 204;
    }),
  ),
  receiver("a body limit of four gigabytes", `${manager}.http_filters[0].typed_config.max_request_bytes`, (it) =>
    it.chain((found) => {
      managerOf(found).http_filters[0].typed_config.max_request_bytes = 4_294_967_295;
    }),
  ),
];

/** What is written down, and what Envoy obeys besides its file. */
const elsewhere: readonly Attack[] = [
  receiver("an access log into a file", `${manager}.access_log[0]`, (it) =>
    it.chain((found) => {
      managerOf(found).access_log[0] = {
        name: "envoy.access_loggers.stdout",
        typed_config: { "@type": `${envoy}access_loggers.file.v3.FileAccessLog`, path: "/var/lib/metrics-link/x" },
      };
    }),
  ),
  receiver("an access log over TCP", `${manager}.access_log[1]`, (it) =>
    it.chain((found) => {
      managerOf(found).access_log.push({
        name: "envoy.access_loggers.tcp_grpc",
        typed_config: { "@type": `${envoy}access_loggers.grpc.v3.TcpGrpcAccessLogConfig` },
      });
    }),
  ),
  receiver("an access log without the client's certificate", `${manager}.access_log[0]`, (it) =>
    it.chain((found) => {
      delete managerOf(found).access_log[0].typed_config.log_format.json_format.peer_sha256;
    }),
  ),
  receiver("an access log that says another client", `${manager}.access_log[0]`, (it) =>
    it.chain((found) => {
      managerOf(found).access_log[0].typed_config.log_format.json_format.peer_san = "%REQ(X-NAME)%";
    }),
  ),
  receiver("no log of connections", `${ingest}.access_log`, (it) =>
    listeners(it, (listener) => {
      delete listener.access_log;
    }),
  ),
  receiver("a log of failures only", `${manager}.access_log[0].filter`, (it) =>
    it.chain((found) => {
      managerOf(found).access_log[0].filter = {
        status_code_filter: {
          comparison: { op: "GE", value: { default_value: 400, runtime_key: "metrics_link.status_400" } },
        },
      };
    }),
  ),
  receiver("listeners and clusters from a service", "dynamic_resources", (it) =>
    it.envoy((found) => {
      found.dynamic_resources = { lds_config: { path_config_source: { path: "/tmp/lds.json" } } };
    }),
  ),
  receiver("a layered runtime", "layered_runtime", (it) =>
    it.envoy((found) => {
      found.layered_runtime = {
        layers: [{ name: "x", static_layer: { "envoy.reloadable_features.enable_compression": true } }],
      };
    }),
  ),
  receiver("a health discovery service", "hds_config", (it) =>
    it.envoy((found) => {
      found.hds_config = { api_type: "GRPC", transport_api_version: "V3" };
    }),
  ),
  receiver("a watchdog with an action", "watchdogs", (it) =>
    it.envoy((found) => {
      found.watchdogs = { main_thread_watchdog: { actions: [{ event: "KILL" }] } };
    }),
  ),
  receiver("statistics sent elsewhere", "stats_sinks", (it) =>
    it.envoy((found) => {
      found.stats_sinks = [{ name: "envoy.stat_sinks.statsd" }];
    }),
  ),
  receiver("counters that are not kept", "stats_config.stats_matcher", (it) =>
    it.envoy((found) => {
      found.stats_config.stats_matcher.exclusion_list.patterns.push({ safe_regex: { regex: ".*" } });
    }),
  ),
  receiver("an extension of the bootstrap", "bootstrap_extensions", (it) =>
    it.envoy((found) => {
      found.bootstrap_extensions = [{ name: "envoy.bootstrap.wasm" }];
    }),
  ),
  receiver("a tracer", "tracing", (it) =>
    it.envoy((found) => {
      found.tracing = { http: { name: "envoy.tracers.zipkin" } };
    }),
  ),
  receiver("secrets in the bootstrap", "static_resources.secrets", (it) =>
    it.envoy((found) => {
      found.static_resources.secrets = [{ name: "leaf" }];
    }),
  ),
  receiver("an xDS authority", "xds_config_tracker_extension", (it) =>
    it.envoy((found) => {
      found.xds_config_tracker_extension = {};
    }),
  ),
  receiver("an admin interface on TCP", "admin.address", (it) =>
    it.envoy((found) => {
      found.admin.address = { socket_address: { address: "127.0.0.1", port_value: 9901 } };
    }),
  ),
  receiver("an admin socket for everybody", "admin.address.pipe.mode", (it) =>
    it.envoy((found) => {
      found.admin.address.pipe.mode = 0o666;
    }),
  ),
  receiver("an admin socket elsewhere", "admin.address", (it) =>
    it.envoy((found) => {
      found.admin.address.pipe.path = "/tmp/admin.sock";
    }),
  ),
  receiver("a profile that the admin interface writes", "admin.profile_path", (it) =>
    it.envoy((found) => {
      found.admin.profile_path = "/var/lib/metrics-link/x";
    }),
  ),
  receiver("a page of the admin interface by an expression", "admin.allow_paths", (it) =>
    it.envoy((found) => {
      found.admin.allow_paths.push({ safe_regex: { regex: "/.*" } });
    }),
  ),
  receiver("no limit of memory", "overload_manager.actions", (it) =>
    it.envoy((found) => {
      found.overload_manager.actions = [];
    }),
  ),
  receiver("an integer that is none", "overload_manager.buffer_factory_config", (it) =>
    it.envoy((found) => {
      found.overload_manager.buffer_factory_config.minimum_account_to_track_power_of_two = 17.5;
    }),
  ),
  receiver("a comment, which other parsers may read", bootstrapFile, (it) =>
    it.file(bootstrapFile, (text) => text.replace("{", "{ // x")),
  ),
  receiver("a prototype", bootstrapFile, (it) =>
    it.file(bootstrapFile, (text) => text.replace("{\n", '{\n  "__proto__": {},\n')),
  ),
];

/** Fence 3: where samples go. */
const leaving: readonly Attack[] = [
  sender("another transport socket for some endpoints", `${cluster}.transport_socket_matches`, (it) =>
    it.cluster((found) => {
      found.transport_socket_matches = [
        {
          name: "all",
          match: {},
          transport_socket: {
            name: "envoy.transport_sockets.tls",
            typed_config: { "@type": `${envoy}transport_sockets.raw_buffer.v3.RawBuffer` },
          },
        },
      ];
    }),
  ),
  sender("a transport socket in clear", `${cluster}.transport_socket`, (it) =>
    it.cluster((found) => {
      found.transport_socket = {
        name: "envoy.transport_sockets.tls",
        typed_config: { "@type": `${envoy}transport_sockets.raw_buffer.v3.RawBuffer` },
      };
    }),
  ),
  sender("a receiver that is looked up", `${cluster}.type`, (it) =>
    it.cluster((found) => {
      found.type = "STRICT_DNS";
    }),
  ),
  sender("a cluster of a type of its own", `${cluster}.cluster_type`, (it) =>
    it.cluster((found) => {
      delete found.type;
      found.cluster_type = { name: "envoy.clusters.dynamic_forward_proxy" };
    }),
  ),
  sender("one more cluster, in clear", "static_resources.clusters[2]", (it) =>
    it.envoy(({ static_resources: { clusters } }) => {
      const copy = structuredClone(clusters[0]);
      copy.name = copy.load_assignment.cluster_name = "copy";
      delete copy.transport_socket;
      clusters.push(copy);
    }),
  ),
  sender("an address by a host's name", "load_assignment.endpoints[0].lb_endpoints[0].endpoint", (it) =>
    it.cluster((found) => {
      found.load_assignment.endpoints[0].lb_endpoints[0].endpoint.hostname = "example.org";
    }),
  ),
  sender("more addresses of an endpoint", "endpoint.additional_addresses", (it) =>
    it.cluster((found) => {
      found.load_assignment.endpoints[0].lb_endpoints[0].endpoint.additional_addresses = [
        { address: { socket_address: { address: "192.0.2.1", port_value: 443 } } },
      ];
    }),
  ),
  sender("an address that is looked up", "load_assignment.endpoints[0].lb_endpoints[0].endpoint.address", (it) =>
    it.cluster((found) => {
      found.load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address.resolver_name = "x";
    }),
  ),
  sender("an upstream proxy", `${cluster}.upstream_bind_config`, (it) =>
    it.cluster((found) => {
      found.upstream_bind_config = { source_address: { address: "0.0.0.0", port_value: 0 } };
    }),
  ),
  sender("renegotiation", `${upstream}.allow_renegotiation`, (it) =>
    it.cluster((found) => {
      tlsOf(found).allow_renegotiation = true;
    }),
  ),
  sender("a server's name from the request", "upstream_http_protocol_options", (it) =>
    it.cluster((found) => {
      Object.values<Part>(found.typed_extension_protocol_options)[0].upstream_http_protocol_options = {
        auto_sni: true,
        auto_san_validation: true,
      };
    }),
  ),
  sender("protocol options of another extension", `${cluster}.typed_extension_protocol_options`, (it) =>
    it.cluster((found) => {
      found.typed_extension_protocol_options["envoy.filters.network.thrift_proxy"] = { "@type": `${google}x.Y` };
    }),
  ),
  sender("samples that are mirrored", "route.request_mirror_policies", (it) =>
    it.envoy(({ static_resources: { listeners: all } }) => {
      routesOf(all[0].filter_chains[0])[0].route.request_mirror_policies = [{ cluster: "receiver" }];
    }),
  ),
  sender("TLS 1.2", `${upstream}.common_tls_context.tls_params`, (it) =>
    it.cluster((found) => {
      tlsOf(found).common_tls_context.tls_params.tls_minimum_protocol_version = "TLSv1_2";
    }),
  ),
  sender("ciphers of one's own", "tls_params.cipher_suites", (it) =>
    it.cluster((found) => {
      tlsOf(found).common_tls_context.tls_params.cipher_suites = ["NULL-SHA"];
    }),
  ),
  sender("a chain of certificates without end", "max_verify_depth", (it) =>
    it.cluster((found) => {
      trustOf(found).default_validation_context.max_verify_depth = 100;
    }),
  ),
  sender("a listener for everybody", "static_resources.listeners[0].address", (it) =>
    it.envoy(({ static_resources: { listeners: all } }) => {
      all[0].address.socket_address.address = "0.0.0.0";
    }),
  ),
  sender("a listener on a name", "static_resources.listeners[0].address", (it) =>
    it.envoy(({ static_resources: { listeners: all } }) => {
      all[0].address.socket_address.address = "127.0.0.1.example.org";
    }),
  ),
  sender("a role that nobody has", "node.cluster", (it) =>
    it.envoy((found) => {
      found.node.cluster = "metrics-link-other";
    }),
  ),
];

export const attacks: readonly Attack[] = [...letIn, ...believed, ...routed, ...elsewhere, ...leaving];
