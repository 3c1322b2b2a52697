import { inCluster, inDocument, inEnvoy, inFile, tlsOf, trustOf } from "../support/mutate.ts";
import type { Mutation } from "../support/table.ts";

const prometheusUnit = "systemd/metrics-link-prometheus.service";
const named = (regex: string) => [{ san_type: "DNS", matcher: { safe_regex: { regex } } }];

/** Fence 3, read from the release that would be published. */
export const serverIdentity: readonly Mutation[] = [
  [
    "sender",
    "the server may use TLS 1.2",
    ["server-tls-13-only"],
    inCluster((cluster) => {
      tlsOf(cluster).common_tls_context.tls_params.tls_minimum_protocol_version = "TLSv1_2";
    }),
  ],
  [
    "sender",
    "the receiver's bundle contains the sender's own root",
    ["server-anchor-is-pinned", "roots-differ"],
    (it) =>
      it.release((release) => {
        const own = release.files.find((file) => file.path === "tls/own-root.pem");
        for (const file of release.files) if (file.path === "tls/roots/receiver.pem") file.content = own?.content ?? "";
      }),
  ],
  [
    "sender",
    "the server's chain is not checked",
    ["server-anchor-is-pinned"],
    inCluster((cluster) => {
      delete tlsOf(cluster).common_tls_context.combined_validation_context.validation_context_sds_secret_config;
    }),
  ],
  [
    "sender",
    "any server's name is accepted",
    ["server-name-is-exact", "names-are-the-peers"],
    inCluster((cluster) => {
      trustOf(cluster).default_validation_context.match_typed_subject_alt_names = [];
    }),
  ],
  [
    "sender",
    "another server's name is accepted",
    ["server-name-is-exact", "names-are-the-peers"],
    inCluster((cluster) => {
      trustOf(cluster).default_validation_context.match_typed_subject_alt_names = named("other\\.account-b\\.internal");
    }),
  ],
  [
    "sender",
    "no server name is sent",
    ["server-name-is-exact"],
    inCluster((cluster) => {
      delete tlsOf(cluster).sni;
    }),
  ],
  [
    "sender",
    "samples leave without TLS",
    ["nothing-leaves-in-clear", "names-are-the-peers"],
    inCluster((cluster) => {
      delete cluster.transport_socket;
    }),
  ],
  [
    "sender",
    "the receiver's address is looked up in DNS",
    ["nothing-leaves-in-clear"],
    inCluster((cluster) => {
      cluster.type = "STRICT_DNS";
    }),
  ],
  [
    "receiver",
    "the receiver's Envoy forwards to another machine",
    ["nothing-leaves-in-clear"],
    inEnvoy(({ static_resources: { clusters } }) => {
      clusters[0].load_assignment.endpoints[0].lb_endpoints[0].endpoint.address = {
        socket_address: { address: "192.0.2.1", port_value: 9090 },
      };
    }),
  ],
  [
    "sender",
    "Prometheus bypasses Envoy",
    ["writes-go-through-envoy"],
    inDocument("prometheus/prometheus.yml", (found) => {
      found.remote_write[0].url = "http://192.0.2.1/api/v1/write";
    }),
  ],
  [
    "sender",
    "Prometheus also writes to another destination",
    ["writes-go-through-envoy", "no-system-trust-store"],
    inDocument("prometheus/prometheus.yml", (found) => {
      found.remote_write.push({ url: "https://example.org/api/v1/write" });
    }),
  ],
  [
    "receiver",
    "the receiver's Prometheus forwards samples",
    ["writes-go-through-envoy"],
    inDocument("prometheus/prometheus.yml", (found) => {
      found.remote_write = [{ url: "http://127.0.0.1:9091/api/v1/write" }];
    }),
  ],
  [
    "sender",
    "a scrape job trusts the system's CAs",
    ["no-system-trust-store"],
    inDocument("prometheus/prometheus.yml", (found) => {
      found.scrape_configs[0].scheme = "https";
    }),
  ],
  [
    "sender",
    "a scrape job does not verify its targets' certificates",
    ["no-system-trust-store"],
    inDocument("prometheus/prometheus.yml", (found) => {
      found.scrape_configs[0].tls_config = { insecure_skip_verify: true };
    }),
  ],
  [
    "sender",
    "Prometheus runs another configuration file",
    ["writes-go-through-envoy"],
    inFile(prometheusUnit, (text) => text.replace("prometheus/prometheus.yml", "prometheus/elsewhere.yml")),
  ],
];
