import { managerOf, routesOf, tlsOf, trustOf } from "../policy/support/mutate.ts";
import { bootstrap, type Malicious, type Props, text } from "./table.ts";

const lua = {
  "@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua",
  default_source_code: { inline_string: "function envoy_on_request(h) end" },
};
const listener = (bootstrap: Props, name: string) =>
  bootstrap.static_resources.listeners.find((one: Props) => one.name === name);
const plain = {
  name: "envoy.transport_sockets.raw_buffer",
  typed_config: { "@type": "type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer" },
};

/** What Envoy is told. */
export const envoy: readonly Malicious[] = [
  [
    "receiver",
    "a listener filter named tls_inspector and typed proxy_protocol",
    "receiver-release",
    /bootstrap.*proxy_protocol/s,
    (it) =>
      it.envoy((all) => {
        listener(all, "ingest").listener_filters = [
          {
            name: "envoy.filters.listener.tls_inspector",
            typed_config: {
              "@type": "type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol",
            },
          },
        ];
      }),
  ],
  [
    "receiver",
    "a filter_chain_matcher that leads any address to the sender's chain",
    "receiver-release",
    /bootstrap.*filter_chain_matcher/s,
    (it) =>
      it.envoy((all) => {
        listener(all, "ingest").filter_chain_matcher = { on_no_match: { action: { name: "account-a" } } };
      }),
  ],
  [
    "receiver",
    "prefix_len: 032, which is 32 to one parser and 26 to another",
    "receiver-release",
    /bootstrap.*032/s,
    (it) => text(it, bootstrap, (found) => found.replace(/(prefix_len"?:\s*)32/, "$1032")),
  ],
  [
    "receiver",
    "the same key twice, the second of which wins in Envoy",
    "receiver-release",
    /bootstrap.*require_client_certificate/s,
    (it) =>
      text(it, bootstrap, (found) =>
        found.replace(
          /^(\s*)("?require_client_certificate"?: true,?)$/m,
          '$1$2\n$1"require_client_certificate": false,',
        ),
      ),
  ],
  [
    "receiver",
    "an HTTP filter named buffer and typed Lua",
    "receiver-release",
    /bootstrap.*\.lua\./s,
    (it) =>
      it.chain((chain) => {
        managerOf(chain).http_filters.unshift({ name: "envoy.filters.http.buffer", typed_config: lua });
      }),
  ],
  [
    "receiver",
    "a matcher in a virtual host of the ready port that leads to Prometheus",
    "receiver-release",
    /bootstrap.*matcher/s,
    (it) =>
      it.envoy((all) => {
        managerOf(listener(all, "ready").filter_chains[0]).route_config.virtual_hosts[0].matcher = {
          on_no_match: {
            action: {
              name: "route",
              typed_config: {
                "@type": "type.googleapis.com/envoy.config.route.v3.Route",
                match: { prefix: "/" },
                route: { cluster: "prometheus" },
              },
            },
          },
        };
      }),
  ],
  [
    "receiver",
    "key_log: session keys in a file",
    "receiver-release",
    /bootstrap.*key_log/s,
    (it) =>
      it.chain((chain) => {
        tlsOf(chain).common_tls_context.key_log = { path: "/tmp/keys" };
      }),
  ],
  [
    "sender",
    "transport_socket_matches with raw_buffer: samples leave in clear",
    "sender-release",
    /bootstrap.*raw_buffer/s,
    (it) =>
      it.cluster((cluster) => {
        cluster.transport_socket_matches = [{ name: "all", match: {}, transport_socket: plain }];
      }),
  ],
  [
    "receiver",
    "client certificates are no longer required",
    "receiver-release",
    /bootstrap.*require_client_certificate/s,
    (it) =>
      it.chain((chain) => {
        tlsOf(chain).require_client_certificate = false;
      }),
  ],
  [
    "receiver",
    "another name is let in besides the pinned one",
    "receiver-release",
    /bootstrap.*evil/s,
    (it) =>
      it.chain((chain) => {
        trustOf(chain).default_validation_context.match_typed_subject_alt_names.push({
          san_type: "DNS",
          matcher: { exact: "evil.example" },
        });
      }),
  ],
  [
    "receiver",
    "TLS 1.2 is accepted",
    "receiver-release",
    /bootstrap.*TLSv1_2/s,
    (it) =>
      it.chain((chain) => {
        tlsOf(chain).common_tls_context.tls_params.tls_minimum_protocol_version = "TLSv1_2";
      }),
  ],
  [
    "receiver",
    "expired certificates are accepted",
    "receiver-release",
    /bootstrap.*allow_expired_certificate/s,
    (it) =>
      it.chain((chain) => {
        trustOf(chain).default_validation_context.allow_expired_certificate = true;
      }),
  ],
  [
    "receiver",
    "an untrusted chain is accepted",
    "receiver-release",
    /bootstrap.*ACCEPT_UNTRUSTED/s,
    (it) =>
      it.chain((chain) => {
        trustOf(chain).default_validation_context.trust_chain_verification = "ACCEPT_UNTRUSTED";
      }),
  ],
  [
    "receiver",
    "any name will do",
    "receiver-release",
    /bootstrap.*regex.*\.\*/s,
    (it) =>
      it.chain((chain) => {
        trustOf(chain).default_validation_context.match_typed_subject_alt_names = [
          { san_type: "DNS", matcher: { safe_regex: { regex: ".*" } } },
        ];
      }),
  ],
  [
    "receiver",
    "writes are copied to another cluster",
    "receiver-release",
    /bootstrap.*request_mirror_policies/s,
    (it) =>
      it.chain((chain) => {
        routesOf(chain)[0].route.request_mirror_policies = [{ cluster: "admin" }];
      }),
  ],
  [
    "receiver",
    "a route rewrites the path",
    "receiver-release",
    /bootstrap.*prefix_rewrite/s,
    (it) =>
      it.chain((chain) => {
        routesOf(chain)[0].route.prefix_rewrite = "/api/v1/admin/tsdb/delete_series";
      }),
  ],
  [
    "receiver",
    "a route for queries before all others",
    "receiver-release",
    /bootstrap.*\/api\/v1\/query/s,
    (it) =>
      it.chain((chain) => {
        routesOf(chain).unshift({ match: { prefix: "/api/v1/query" }, route: { cluster: "prometheus" } });
      }),
  ],
  [
    "receiver",
    "one more listener",
    "receiver-release",
    /bootstrap.*8445/s,
    (it) =>
      it.envoy((all) => {
        all.static_resources.listeners.push({
          name: "more",
          address: { socket_address: { address: "0.0.0.0", port_value: 8445 } },
        });
      }),
  ],
  [
    "receiver",
    "Envoy's admin interface on every address",
    "receiver-release",
    /bootstrap.*0\.0\.0\.0/s,
    (it) =>
      it.envoy((all) => {
        all.admin = { address: { socket_address: { address: "0.0.0.0", port_value: 9901 } } };
      }),
  ],
  [
    "receiver",
    "listeners come from somebody else's control plane",
    "receiver-release",
    /bootstrap.*lds_config/s,
    (it) =>
      it.envoy((all) => {
        all.dynamic_resources = {
          lds_config: { resource_api_version: "V3", path_config_source: { path: "/tmp/listeners" } },
        };
      }),
  ],
  [
    "receiver",
    "a bootstrap extension that runs WebAssembly",
    "receiver-release",
    /bootstrap.*wasm/s,
    (it) =>
      it.envoy((all) => {
        all.bootstrap_extensions = [
          { name: "x", typed_config: { "@type": "type.googleapis.com/envoy.extensions.wasm.v3.WasmService" } },
        ];
      }),
  ],
  [
    "receiver",
    "runtime keys that turn limits off",
    "receiver-release",
    /bootstrap.*layered_runtime/s,
    (it) =>
      it.envoy((all) => {
        all.layered_runtime = {
          layers: [{ name: "x", static_layer: { "envoy.reloadable_features.http_reject_path_with_fragment": false } }],
        };
      }),
  ],
  [
    "receiver",
    "a stats sink sends numbers out",
    "receiver-release",
    /bootstrap.*stats_sinks/s,
    (it) =>
      it.envoy((all) => {
        all.stats_sinks = [{ name: "envoy.stat_sinks.statsd" }];
      }),
  ],
  [
    "receiver",
    "a tap of what passes",
    "receiver-release",
    /bootstrap.*\.tap\./s,
    (it) =>
      it.chain((chain) => {
        managerOf(chain).http_filters.unshift({
          name: "envoy.filters.http.router",
          typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.tap.v3.Tap" },
        });
      }),
  ],
  [
    "receiver",
    "a client's word is taken for its address",
    "receiver-release",
    /bootstrap.*use_remote_address/s,
    (it) =>
      it.chain((chain) => {
        managerOf(chain).use_remote_address = false;
      }),
  ],
  [
    "receiver",
    "certificates of clients are handed on as the client sent them",
    "receiver-release",
    /bootstrap.*ALWAYS_FORWARD_ONLY/s,
    (it) =>
      it.chain((chain) => {
        managerOf(chain).forward_client_cert_details = "ALWAYS_FORWARD_ONLY";
      }),
  ],
  [
    "receiver",
    "the anchor's secret comes from a folder that anybody may write to",
    "receiver-release",
    /sds\/trusted-ca.*\/tmp\//s,
    (it) =>
      text(it, /^envoy\/sds\/trusted-ca/, (found) =>
        found.replaceAll("/opt/metrics-link/current/tls/roots", "/tmp/roots"),
      ),
  ],
  [
    "sender",
    "the receiver's name is not asked for",
    "sender-release",
    /bootstrap.*match_typed_subject_alt_names/s,
    (it) =>
      it.cluster((cluster) => {
        delete trustOf(cluster).default_validation_context.match_typed_subject_alt_names;
      }),
  ],
  [
    "sender",
    "a second endpoint gets half of the samples",
    "sender-release",
    /bootstrap.*192\.0\.2\.66/s,
    (it) =>
      it.cluster((cluster) => {
        cluster.load_assignment.endpoints.push({
          lb_endpoints: [{ endpoint: { address: { socket_address: { address: "192.0.2.66", port_value: 443 } } } }],
        });
      }),
  ],
  [
    "sender",
    "the receiver's address is asked of DNS",
    "sender-release",
    /bootstrap.*STRICT_DNS/s,
    (it) =>
      it.cluster((cluster) => {
        cluster.type = "STRICT_DNS";
      }),
  ],
];
