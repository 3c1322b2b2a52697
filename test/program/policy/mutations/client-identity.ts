import { inChain, inCluster, inDocument, inEnvoy, inFile, routesOf, tlsOf, trustOf } from "../support/mutate.ts";
import { withExporter, withService } from "../support/service.ts";
import type { Mutation } from "../support/table.ts";

const named = (regex: string) => [{ san_type: "DNS", matcher: { safe_regex: { regex } } }];

/** Fence 2, read from the release that would be published. */
export const clientIdentity: readonly Mutation[] = [
  [
    "receiver",
    "no client certificate is required",
    ["client-certificate-required"],
    inChain((chain) => {
      tlsOf(chain).require_client_certificate = false;
    }),
  ],
  [
    "receiver",
    "the chain for unknown addresses requires no client certificate",
    ["client-certificate-required"],
    inChain((chain) => {
      delete tlsOf(chain).require_client_certificate;
    }, "elsewhere"),
  ],
  ["sender", "a metrics service that nobody declared", ["services-are-declared"], withService],
  ["receiver", "the host's metrics for a client that nobody declared", ["exporters-demand-a-name"], withExporter],
  [
    "receiver",
    "TLS sessions can be resumed",
    ["client-certificate-required"],
    inChain((chain) => {
      tlsOf(chain).disable_stateless_session_resumption = false;
    }),
  ],
  [
    "receiver",
    "clients may use TLS 1.2",
    ["client-tls-13-only"],
    inChain((chain) => {
      tlsOf(chain).common_tls_context.tls_params.tls_minimum_protocol_version = "TLSv1_2";
    }),
  ],
  [
    "receiver",
    "no TLS version is set for clients",
    ["client-tls-13-only"],
    inChain((chain) => {
      delete tlsOf(chain).common_tls_context.tls_params;
    }),
  ],
  [
    "receiver",
    "a second root is in the sender's bundle",
    ["client-anchor-is-pinned", "roots-differ"],
    (it) =>
      it.release((release) => {
        const own = release.files.find((file) => file.path === "tls/own-root.pem");
        for (const file of release.files) if (file.path === "tls/roots/account-a.pem") file.content += own?.content;
      }),
  ],
  [
    "receiver",
    "the sender's bundle hides another root in a block that Envoy reads",
    ["client-anchor-is-pinned", "roots-differ"],
    inFile("tls/roots/account-a.pem", (text) => text + text.replaceAll("CERTIFICATE", "TRUSTED CERTIFICATE")),
  ],
  [
    "receiver",
    "the sender's bundle is empty",
    ["client-anchor-is-pinned"],
    inFile("tls/roots/account-a.pem", () => "\n"),
  ],
  [
    "receiver",
    "the chain to the sender's root is not verified",
    ["client-anchor-is-pinned", "envoy-is-known"],
    inChain((chain) => {
      trustOf(chain).default_validation_context.trust_chain_verification = "ACCEPT_UNTRUSTED";
    }),
  ],
  [
    "receiver",
    "expired certificates are accepted",
    ["client-anchor-is-pinned", "envoy-is-known"],
    inChain((chain) => {
      trustOf(chain).default_validation_context.allow_expired_certificate = true;
    }),
  ],
  [
    "receiver",
    "the system trust store is trusted",
    ["client-anchor-is-pinned", "envoy-is-known"],
    inChain((chain) => {
      trustOf(chain).default_validation_context.system_root_certs = {};
    }),
  ],
  [
    "receiver",
    "the trust anchor is one of the system's files",
    ["client-anchor-is-pinned", "envoy-is-known"],
    inDocument("envoy/sds/trusted-ca-account-a.json", (secrets) => {
      secrets.resources[0].validation_context.trusted_ca.filename = "/etc/ssl/certs/ca-certificates.crt";
    }),
  ],
  [
    "receiver",
    "the SDS secret accepts one certificate by its hash",
    ["client-anchor-is-pinned", "envoy-is-known"],
    inDocument("envoy/sds/trusted-ca-account-a.json", (secrets) => {
      secrets.resources[0].validation_context.verify_certificate_hash = ["00"];
    }),
  ],
  [
    "receiver",
    "names that match a pattern are accepted",
    ["client-name-is-exact", "names-are-the-peers"],
    inChain((chain) => {
      trustOf(chain).default_validation_context.match_typed_subject_alt_names = named(".*\\.account-a\\.internal");
    }),
  ],
  [
    "receiver",
    "any name is accepted",
    ["client-name-is-exact", "names-are-the-peers"],
    inChain((chain) => {
      delete trustOf(chain).default_validation_context.match_typed_subject_alt_names;
    }),
  ],
  [
    "receiver",
    "a second name is accepted",
    ["client-name-is-exact", "names-are-the-peers"],
    inChain((chain) => {
      trustOf(chain).default_validation_context.match_typed_subject_alt_names.push(...named("other\\.internal"));
    }),
  ],
  [
    "receiver",
    "another name is accepted",
    ["names-are-the-peers"],
    inChain((chain) => {
      trustOf(chain).default_validation_context.match_typed_subject_alt_names = named("other\\.account-a\\.internal");
    }),
  ],
  [
    "receiver",
    "the filter chain accepts a whole network",
    ["one-chain-per-sender"],
    inChain((chain) => {
      chain.filter_chain_match.source_prefix_ranges[0].prefix_len = 24;
    }),
  ],
  [
    "receiver",
    "the filter chain accepts another address",
    ["names-are-the-peers"],
    inChain((chain) => {
      chain.filter_chain_match.source_prefix_ranges[0].address_prefix = "192.0.2.1";
    }),
  ],
  [
    "receiver",
    "the filter chain accepts any address",
    ["one-chain-per-sender", "names-are-the-peers"],
    inChain((chain) => {
      delete chain.filter_chain_match;
    }),
  ],
  [
    "receiver",
    "the chain for unknown addresses forwards to Prometheus",
    ["one-chain-per-sender", "one-route-only", "names-are-the-peers", "envoy-is-known"],
    inChain((chain) => {
      routesOf(chain)[0] = { name: "open", match: { prefix: "/" }, route: { cluster: "prometheus" } };
    }, "elsewhere"),
  ],
  [
    "receiver",
    "a filter chain for an undeclared sender is added",
    [
      ...["client-anchor-is-pinned", "envoy-is-known", "names-are-the-peers", "one-chain-per-sender"],
      // The gate would take it for account-a.
      ...["one-route-only", "writes-are-verified"],
    ],
    inEnvoy(({ static_resources: { listeners } }) => {
      const { filter_chains } = listeners[0];
      filter_chains.push({ ...structuredClone(filter_chains[0]), name: "guest" });
    }),
  ],
  [
    "sender",
    "samples go to another address",
    ["names-are-the-peers"],
    inCluster((cluster) => {
      cluster.load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address.address = "192.0.2.1";
    }),
  ],
  [
    "receiver",
    "a sender is suspended, but the program still admits it",
    ["suspended-peers-are-out"],
    (it) => {
      const { configuration } = it.deployed;
      if (configuration.role !== "receiver") throw new Error("a receiver is expected");
      for (const sender of configuration.senders) sender.suspended = "its key is out";
    },
  ],
  [
    "sender",
    "the receiver is suspended, but the program still sends to it",
    ["suspended-peers-are-out"],
    (it) => {
      const { configuration } = it.deployed;
      if (configuration.role !== "sender") throw new Error("a sender is expected");
      configuration.peer.suspended = "its account is in other hands";
    },
  ],
];
