import type { Rendering } from "@metrics-link/envoy";
import { receiverBehindGate, receiverOfTwo, sender } from "./examples.ts";

/** In one piece: after the listeners of the bootstrap, `ready` and `metrics`. */
const ingest = "static_resources.listeners.2";
const chain = `${ingest}.filter_chains.0`;
const downstream = `${chain}.transport_socket.typed_config`;
const http = `${chain}.filters.1.typed_config`;
const route = `${http}.route_config.virtual_hosts.0.routes.0`;
const upstream = "static_resources.clusters.0.transport_socket.typed_config";

/** One change that makes a sound configuration unsafe, and the rule that sees it. */
export interface Mistake {
  readonly what: string;
  readonly rule: string;
  /** Other rules that the same change breaks. */
  readonly also?: readonly string[];
  readonly path: string;
  readonly value?: unknown;
  /** Where it is not the receiver of one sender. */
  readonly of?: () => Rendering;
  /** Envoy refuses this one too. */
  readonly seenByEnvoy?: true;
}

const named = `${route}.request_headers_to_add`;
const senderA = { key: "x-metrics-link-sender", value: "a" };

export const mistakes: readonly Mistake[] = [
  ...(
    [
      { what: "a chain in another sender's name", path: `${named}.0.header.value`, value: "c" },
      { what: "a chain in nobody's name", path: named },
      {
        what: "a chain in the name that the client says",
        also: ["envoy-is-known"],
        path: `${named}.0.header.value`,
        value: "%REQ(x-sender)%",
      },
      { what: "a chain past the gate", path: `${route}.route.cluster`, value: "prometheus", seenByEnvoy: true },
      {
        what: "a gate at another place",
        path: "static_resources.clusters.0.load_assignment.endpoints.0.lb_endpoints.0.endpoint.address.pipe.path",
        value: "/tmp/gate.sock",
      },
    ] as const
  ).map((one) => ({ rule: "one-route-only", of: receiverBehindGate, ...one })),
  ...["APPEND_IF_EXISTS_OR_ADD", "ADD_IF_ABSENT", "OVERWRITE_IF_EXISTS"].map((value) => ({
    what: `a client's own name beside the chain's: ${value}`,
    rule: "envoy-is-known",
    path: `${named}.0.append_action`,
    value,
    of: receiverBehindGate,
  })),
  {
    what: "a sender's name for Prometheus itself",
    rule: "one-route-only",
    path: named,
    value: [{ header: senderA, append_action: "OVERWRITE_IF_EXISTS_OR_ADD" }],
  },
  {
    what: "no prefix_len, which means the internet",
    rule: "one-chain-per-sender",
    path: `${chain}.filter_chain_match.source_prefix_ranges.0.prefix_len`,
  },
  {
    what: "a prefix_len of 0",
    rule: "one-chain-per-sender",
    path: `${chain}.filter_chain_match.source_prefix_ranges.0.prefix_len`,
    value: 0,
  },
  {
    what: "a whole network",
    rule: "one-chain-per-sender",
    path: `${chain}.filter_chain_match.source_prefix_ranges.0.prefix_len`,
    value: 24,
  },
  {
    what: "a chain without match",
    rule: "one-chain-per-sender",
    path: `${chain}.filter_chain_match`,
    of: receiverOfTwo,
  },
  {
    what: "no address in a match",
    rule: "one-chain-per-sender",
    path: `${chain}.filter_chain_match.source_prefix_ranges`,
    value: [],
    of: receiverOfTwo,
  },
  {
    what: "one address in two chains",
    rule: "one-chain-per-sender",
    path: `${chain}.filter_chain_match.source_prefix_ranges.0.address_prefix`,
    value: "198.51.100.20",
    of: receiverOfTwo,
    seenByEnvoy: true,
  },
  {
    what: "one root for two senders",
    rule: "one-chain-per-sender",
    path: `${downstream}.common_tls_context.combined_validation_context.validation_context_sds_secret_config`,
    value: {
      name: "trusted-ca-c",
      sds_config: {
        resource_api_version: "V3",
        path_config_source: { path: "/opt/metrics-link/current/envoy/sds/trusted-ca-c.json" },
      },
    },
    of: receiverOfTwo,
  },
  { what: "the public listener in clear", rule: "listeners-are-known", path: `${chain}.transport_socket` },
  {
    what: "no client certificate required",
    rule: "client-certificate-required",
    path: `${downstream}.require_client_certificate`,
  },
  {
    what: "a client certificate that is optional",
    rule: "client-certificate-required",
    path: `${downstream}.require_client_certificate`,
    value: false,
  },
  {
    what: "resumable sessions",
    rule: "client-certificate-required",
    path: `${downstream}.disable_stateless_session_resumption`,
  },
  {
    what: "no validation context",
    rule: "client-anchor-is-pinned",
    also: ["client-name-is-exact"],
    path: `${downstream}.common_tls_context.combined_validation_context`,
  },
  {
    what: "no trusted_ca",
    rule: "client-anchor-is-pinned",
    path: `${downstream}.common_tls_context.combined_validation_context.validation_context_sds_secret_config`,
    seenByEnvoy: true,
  },
  {
    what: "a chain of trust that is not verified",
    rule: "envoy-is-known",
    also: ["client-anchor-is-pinned"],
    path: `${downstream}.common_tls_context.combined_validation_context.default_validation_context.trust_chain_verification`,
    value: "ACCEPT_UNTRUSTED",
  },
  {
    what: "expired certificates",
    rule: "envoy-is-known",
    also: ["client-anchor-is-pinned"],
    path: `${downstream}.common_tls_context.combined_validation_context.default_validation_context.allow_expired_certificate`,
    value: true,
  },
  {
    what: "no name",
    rule: "client-name-is-exact",
    path: `${downstream}.common_tls_context.combined_validation_context.default_validation_context.match_typed_subject_alt_names`,
  },
  {
    what: "an empty list of names",
    rule: "client-name-is-exact",
    path: `${downstream}.common_tls_context.combined_validation_context.default_validation_context.match_typed_subject_alt_names`,
    value: [],
  },
  {
    what: "an exact matcher, which wildcards satisfy",
    rule: "client-name-is-exact",
    also: ["envoy-is-known"],
    path: `${downstream}.common_tls_context.combined_validation_context.default_validation_context.match_typed_subject_alt_names.0.matcher`,
    value: { exact: "metrics-sender.account-a.internal" },
  },
  {
    what: "a regular expression for many names",
    rule: "client-name-is-exact",
    path: `${downstream}.common_tls_context.combined_validation_context.default_validation_context.match_typed_subject_alt_names.0.matcher.safe_regex.regex`,
    value: ".*",
  },
  {
    what: "a name with its dots unquoted",
    rule: "client-name-is-exact",
    path: `${downstream}.common_tls_context.combined_validation_context.default_validation_context.match_typed_subject_alt_names.0.matcher.safe_regex.regex`,
    value: "metrics-sender.account-a.internal",
  },
  {
    what: "another kind of name",
    rule: "client-name-is-exact",
    path: `${downstream}.common_tls_context.combined_validation_context.default_validation_context.match_typed_subject_alt_names.0.san_type`,
    value: "URI",
  },
  { what: "no TLS version", rule: "client-tls-13-only", path: `${downstream}.common_tls_context.tls_params` },
  {
    what: "an old TLS version",
    rule: "client-tls-13-only",
    path: `${downstream}.common_tls_context.tls_params.tls_minimum_protocol_version`,
    value: "TLSv1_2",
  },
  {
    what: "a minimum above the maximum",
    rule: "client-tls-13-only",
    path: `${downstream}.common_tls_context.tls_params.tls_maximum_protocol_version`,
    value: "TLSv1_2",
  },
  {
    what: "a prefix instead of the path",
    rule: "one-route-only",
    also: ["envoy-is-known"],
    path: `${route}.match`,
    value: { prefix: "/" },
  },
  {
    what: "a path with any query string",
    rule: "one-route-only",
    also: ["envoy-is-known"],
    path: `${route}.match.headers.1`,
    value: { name: "user-agent", string_match: { exact: "x" } },
  },
  {
    what: "any method",
    rule: "one-route-only",
    also: ["envoy-is-known"],
    path: `${route}.match.headers.0`,
    value: { name: "user-agent", string_match: { exact: "x" } },
  },
  { what: "a normalized path", rule: "one-route-only", path: `${http}.normalize_path`, value: true },
  { what: "merged slashes", rule: "one-route-only", path: `${http}.merge_slashes`, value: true },
  {
    what: "a tunnel instead of HTTP",
    rule: "one-route-only",
    also: ["envoy-is-known"],
    path: `${chain}.filters`,
    value: [
      {
        name: "envoy.filters.network.tcp_proxy",
        typed_config: {
          "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
          stat_prefix: "x",
          cluster: "prometheus",
        },
      },
    ],
  },
  {
    what: "the admin interface on every address",
    rule: "admin-is-local",
    path: "admin.address",
    value: { socket_address: { address: "0.0.0.0", port_value: 9901 } },
  },
  { what: "an admin interface with every page", rule: "admin-is-local", path: "admin.allow_paths", value: [] },
  {
    what: "an admin interface that can be told to quit",
    rule: "admin-is-local",
    path: "admin.allow_paths.0",
    value: { prefix: "/q" },
  },
  {
    what: "a sender without TLS",
    rule: "nothing-leaves-in-clear",
    path: "static_resources.clusters.0.transport_socket",
    of: sender,
  },
  { what: "a sender without SNI", rule: "server-name-is-exact", path: `${upstream}.sni`, of: sender },
  {
    what: "a sender that trusts anyone",
    rule: "server-anchor-is-pinned",
    path: `${upstream}.common_tls_context.combined_validation_context.validation_context_sds_secret_config`,
    of: sender,
    seenByEnvoy: true,
  },
  {
    what: "a sender that writes to any name",
    rule: "server-name-is-exact",
    path: `${upstream}.common_tls_context.combined_validation_context.default_validation_context.match_typed_subject_alt_names`,
    of: sender,
  },
  {
    what: "a sender up to TLS 1.2, the default",
    rule: "server-tls-13-only",
    path: `${upstream}.common_tls_context.tls_params`,
    of: sender,
  },
  {
    what: "a sender without a certificate",
    rule: "own-certificate",
    path: `${upstream}.common_tls_context.tls_certificate_sds_secret_configs`,
    of: sender,
  },
];
