import { inChain, inCluster, inEnvoy, managerOf, tlsOf, trustOf } from "../policy/support/mutate.ts";
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

/** Changes of Envoy's sources, certificates and trust. */
export const envoy: readonly Malicious[] = [
  [
    "receiver",
    "a listener filter named tls_inspector has the type proxy_protocol",
    "receiver-release",
    /(bootstrap|ingest).*proxy_protocol/s,
    inEnvoy((all) => {
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
    "a filter_chain_matcher selects the sender's chain for any address",
    "receiver-release",
    /(bootstrap|ingest).*filter_chain_matcher/s,
    inEnvoy((all) => {
      listener(all, "ingest").filter_chain_matcher = { on_no_match: { action: { name: "account-a" } } };
    }),
  ],
  [
    "receiver",
    "prefix_len is 032, which is 32 to one parser and 26 to another",
    "receiver-release",
    /(bootstrap|ingest).*032/s,
    (it) => text(it, bootstrap, (found) => found.replace(/(prefix_len"?:\s*)32/, "$1032")),
  ],
  [
    "receiver",
    "a key is duplicate, and Envoy uses the second one",
    "receiver-release",
    /(bootstrap|ingest).*require_client_certificate/s,
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
    "an HTTP filter named buffer has the type Lua",
    "receiver-release",
    /(bootstrap|ingest).*\.lua\./s,
    inChain((chain) => {
      managerOf(chain).http_filters.unshift({ name: "envoy.filters.http.buffer", typed_config: lua });
    }),
  ],
  [
    "receiver",
    "a matcher in the ready port's virtual host forwards to Prometheus",
    "receiver-release",
    /(bootstrap|ingest).*matcher/s,
    inEnvoy((all) => {
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
    "key_log writes session keys to a file",
    "receiver-release",
    /(bootstrap|ingest).*key_log/s,
    inChain((chain) => {
      tlsOf(chain).common_tls_context.key_log = { path: "/tmp/keys" };
    }),
  ],
  [
    "sender",
    "transport_socket_matches sends samples without TLS",
    "sender-release",
    /(bootstrap|ingest).*raw_buffer/s,
    inCluster((cluster) => {
      cluster.transport_socket_matches = [{ name: "all", match: {}, transport_socket: plain }];
    }),
  ],
  [
    "receiver",
    "client certificates are no longer required",
    "receiver-release",
    /(bootstrap|ingest).*require_client_certificate/s,
    inChain((chain) => {
      tlsOf(chain).require_client_certificate = false;
    }),
  ],
  [
    "receiver",
    "a second name is accepted besides the pinned one",
    "receiver-release",
    /(bootstrap|ingest).*evil/s,
    inChain((chain) => {
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
    /(bootstrap|ingest).*TLSv1_2/s,
    inChain((chain) => {
      tlsOf(chain).common_tls_context.tls_params.tls_minimum_protocol_version = "TLSv1_2";
    }),
  ],
  [
    "receiver",
    "expired certificates are accepted",
    "receiver-release",
    /(bootstrap|ingest).*allow_expired_certificate/s,
    inChain((chain) => {
      trustOf(chain).default_validation_context.allow_expired_certificate = true;
    }),
  ],
  [
    "receiver",
    "an untrusted chain is accepted",
    "receiver-release",
    /(bootstrap|ingest).*ACCEPT_UNTRUSTED/s,
    inChain((chain) => {
      trustOf(chain).default_validation_context.trust_chain_verification = "ACCEPT_UNTRUSTED";
    }),
  ],
  [
    "receiver",
    "any name is accepted",
    "receiver-release",
    /(bootstrap|ingest).*regex.*\.\*/s,
    inChain((chain) => {
      trustOf(chain).default_validation_context.match_typed_subject_alt_names = [
        { san_type: "DNS", matcher: { safe_regex: { regex: ".*" } } },
      ];
    }),
  ],
  [
    "receiver",
    "the trust anchor comes from a folder that anybody may write to",
    "receiver-release",
    /sds\/trusted-ca.*\/tmp\//s,
    (it) =>
      text(it, /^envoy\/sds\/trusted-ca/, (found) =>
        found.replaceAll("/opt/metrics-link/current/tls/roots", "/tmp/roots"),
      ),
  ],
  [
    "sender",
    "no server name is sent to the receiver",
    "sender-release",
    /(bootstrap|ingest).*match_typed_subject_alt_names/s,
    inCluster((cluster) => {
      delete trustOf(cluster).default_validation_context.match_typed_subject_alt_names;
    }),
  ],
  [
    "sender",
    "a second endpoint receives half of the samples",
    "sender-release",
    /(bootstrap|ingest).*192\.0\.2\.66/s,
    inCluster((cluster) => {
      cluster.load_assignment.endpoints.push({
        lb_endpoints: [{ endpoint: { address: { socket_address: { address: "192.0.2.66", port_value: 443 } } } }],
      });
    }),
  ],
  [
    "sender",
    "the receiver's address is looked up in DNS",
    "sender-release",
    /(bootstrap|ingest).*STRICT_DNS/s,
    inCluster((cluster) => {
      cluster.type = "STRICT_DNS";
    }),
  ],
];
