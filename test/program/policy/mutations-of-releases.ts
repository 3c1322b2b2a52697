import { managerOf, routesOf, tlsOf, trustOf } from "./support/mutate.ts";
import type { Mutation } from "./support/table.ts";

const prometheusUnit = "systemd/metrics-link-prometheus.service";
const envoyUnit = "systemd/metrics-link-envoy.service";
const named = (regex: string) => [{ san_type: "DNS", matcher: { safe_regex: { regex } } }];

/** Fences 2 and 3, read from the release that would be published. */
export const releaseMutations: readonly Mutation[] = [
  [
    "receiver",
    "no client certificate is required",
    ["client-certificate-required"],
    (it) =>
      it.chain((chain) => {
        tlsOf(chain).require_client_certificate = false;
      }),
  ],
  [
    "receiver",
    "elsewhere requires no client certificate",
    ["client-certificate-required"],
    (it) =>
      it.chain((chain) => {
        delete tlsOf(chain).require_client_certificate;
      }, "elsewhere"),
  ],
  [
    "receiver",
    "sessions are resumed",
    ["client-certificate-required"],
    (it) =>
      it.chain((chain) => {
        tlsOf(chain).disable_stateless_session_resumption = false;
      }),
  ],
  [
    "receiver",
    "TLS 1.2 is enough for clients",
    ["client-tls-13-only"],
    (it) =>
      it.chain((chain) => {
        tlsOf(chain).common_tls_context.tls_params.tls_minimum_protocol_version = "TLSv1_2";
      }),
  ],
  [
    "receiver",
    "no TLS version is said to clients",
    ["client-tls-13-only"],
    (it) =>
      it.chain((chain) => {
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
    "the sender's bundle is empty",
    ["client-anchor-is-pinned"],
    (it) => it.file("tls/roots/account-a.pem", () => "\n"),
  ],
  [
    "receiver",
    "the sender's root is believed without checking the chain",
    ["client-anchor-is-pinned", "no-system-trust-store"],
    (it) =>
      it.chain((chain) => {
        trustOf(chain).default_validation_context.trust_chain_verification = "ACCEPT_UNTRUSTED";
      }),
  ],
  [
    "receiver",
    "expired certificates are fine",
    ["client-anchor-is-pinned"],
    (it) =>
      it.chain((chain) => {
        trustOf(chain).default_validation_context.allow_expired_certificate = true;
      }),
  ],
  [
    "receiver",
    "the system's authorities are believed",
    ["client-anchor-is-pinned", "no-system-trust-store"],
    (it) =>
      it.chain((chain) => {
        trustOf(chain).default_validation_context.system_root_certs = {};
      }),
  ],
  [
    "receiver",
    "the anchor is a file of the system",
    ["client-anchor-is-pinned"],
    (it) =>
      it.yaml("envoy/sds/trusted-ca-account-a.yaml", (secrets) => {
        secrets.resources[0].validation_context.trusted_ca.filename = "/etc/ssl/certs/ca-certificates.crt";
      }),
  ],
  [
    "receiver",
    "the secret accepts one certificate by its hash",
    ["client-anchor-is-pinned"],
    (it) =>
      it.yaml("envoy/sds/trusted-ca-account-a.yaml", (secrets) => {
        secrets.resources[0].validation_context.verify_certificate_hash = ["00"];
      }),
  ],
  [
    "receiver",
    "a pattern of names is accepted",
    ["client-name-is-exact", "names-are-the-peers"],
    (it) =>
      it.chain((chain) => {
        trustOf(chain).default_validation_context.match_typed_subject_alt_names = named(".*\\.account-a\\.internal");
      }),
  ],
  [
    "receiver",
    "any name is accepted",
    ["client-name-is-exact", "names-are-the-peers"],
    (it) =>
      it.chain((chain) => {
        delete trustOf(chain).default_validation_context.match_typed_subject_alt_names;
      }),
  ],
  [
    "receiver",
    "a second name is accepted",
    ["client-name-is-exact", "names-are-the-peers"],
    (it) =>
      it.chain((chain) => {
        trustOf(chain).default_validation_context.match_typed_subject_alt_names.push(...named("other\\.internal"));
      }),
  ],
  [
    "receiver",
    "another name is accepted",
    ["names-are-the-peers"],
    (it) =>
      it.chain((chain) => {
        trustOf(chain).default_validation_context.match_typed_subject_alt_names = named("other\\.account-a\\.internal");
      }),
  ],
  [
    "receiver",
    "the chain is for a whole network",
    ["one-chain-per-sender"],
    (it) =>
      it.chain((chain) => {
        chain.filter_chain_match.source_prefix_ranges[0].prefix_len = 24;
      }),
  ],
  [
    "receiver",
    "the chain is for another address",
    ["names-are-the-peers"],
    (it) =>
      it.chain((chain) => {
        chain.filter_chain_match.source_prefix_ranges[0].address_prefix = "192.0.2.1";
      }),
  ],
  [
    "receiver",
    "the chain is for any address",
    ["one-chain-per-sender", "names-are-the-peers"],
    (it) =>
      it.chain((chain) => {
        delete chain.filter_chain_match;
      }),
  ],
  [
    "receiver",
    "the chain for elsewhere leads to Prometheus",
    ["one-chain-per-sender", "one-route-only", "names-are-the-peers"],
    (it) =>
      it.chain((chain) => {
        routesOf(chain)[0] = { name: "open", match: { prefix: "/" }, route: { cluster: "prometheus" } };
      }, "elsewhere"),
  ],
  [
    "receiver",
    "a chain for nobody in particular is added",
    ["client-anchor-is-pinned", "one-chain-per-sender"],
    (it) =>
      it.envoy(({ static_resources: { listeners } }) => {
        const { filter_chains } = listeners[0];
        filter_chains.push({ ...structuredClone(filter_chains[0]), name: "guest" });
      }),
  ],
  [
    "receiver",
    "every path is routed",
    ["one-route-only"],
    (it) =>
      it.chain((chain) => {
        routesOf(chain)[0].match = { prefix: "/" };
      }),
  ],
  [
    "receiver",
    "every method is routed",
    ["one-route-only"],
    (it) =>
      it.chain((chain) => {
        routesOf(chain)[0].match.headers.shift();
      }),
  ],
  [
    "receiver",
    "the query string is not looked at",
    ["one-route-only"],
    (it) =>
      it.chain((chain) => {
        routesOf(chain)[0].match.headers.pop();
      }),
  ],
  [
    "receiver",
    "another path is routed",
    ["one-route-only"],
    (it) =>
      it.chain((chain) => {
        const [route] = routesOf(chain);
        route.match.path = "/api/v1/query";
        route.match.headers[1].string_match.exact = "/api/v1/query";
      }),
  ],
  [
    "receiver",
    "paths are normalised",
    ["one-route-only"],
    (it) =>
      it.chain((chain) => {
        managerOf(chain).normalize_path = true;
      }),
  ],
  [
    "receiver",
    "the chain proxies TCP",
    ["one-route-only"],
    (it) =>
      it.chain((chain) => {
        chain.filters = [{ name: "envoy.filters.network.tcp_proxy", typed_config: { cluster: "prometheus" } }];
      }),
  ],
  [
    "receiver",
    "the ready port leads to Prometheus",
    ["listeners-are-known", "one-route-only"],
    (it) =>
      it.envoy(({ static_resources: { listeners } }) => {
        const ready = listeners.find((one: { name: string }) => one.name === "ready");
        routesOf(ready.filter_chains[0]).unshift({
          name: "open",
          match: { prefix: "/" },
          route: { cluster: "prometheus" },
        });
      }),
  ],
  [
    "receiver",
    "the sender's chain has no TLS",
    ["listeners-are-known", "one-chain-per-sender"],
    (it) =>
      it.chain((chain) => {
        delete chain.transport_socket;
      }),
  ],
  [
    "receiver",
    "another listener is opened",
    ["listeners-are-known"],
    (it) =>
      it.envoy(({ static_resources: { listeners } }) => {
        listeners.find((one: { name: string }) => one.name === "ready").address.socket_address.port_value = 9000;
      }),
  ],
  [
    "sender",
    "the sender's listener is open to everybody",
    ["listeners-are-known"],
    (it) =>
      it.envoy(({ static_resources: { listeners } }) => {
        listeners[0].address.socket_address.address = "0.0.0.0";
      }),
  ],
  [
    "receiver",
    "Envoy is governed over the network",
    ["admin-is-local"],
    (it) =>
      it.envoy((envoy) => {
        envoy.admin.address = { socket_address: { address: "0.0.0.0", port_value: 9901 } };
      }),
  ],
  [
    "receiver",
    "Envoy can be ended by its admin interface",
    ["admin-is-local"],
    (it) =>
      it.envoy((envoy) => {
        envoy.admin.allow_paths.push({ exact: "/quitquitquit" });
      }),
  ],
  [
    "receiver",
    "every admin page is served",
    ["admin-is-local"],
    (it) =>
      it.envoy((envoy) => {
        delete envoy.admin.allow_paths;
      }),
  ],
  [
    "receiver",
    "Prometheus listens to everybody",
    ["prometheus-on-loopback"],
    (it) => it.file(prometheusUnit, (text) => text.replace("listen-address=127.0.0.1", "listen-address=0.0.0.0")),
  ],
  [
    "receiver",
    "Prometheus can be changed over HTTP",
    ["prometheus-on-loopback"],
    (it) => it.file(prometheusUnit, (text) => text.replace(/^(ExecStart=.*)$/m, "$1 --web.enable-admin-api")),
  ],
  [
    "sender",
    "a sender takes writes",
    ["prometheus-on-loopback"],
    (it) =>
      it.file(prometheusUnit, (text) => text.replace(/^(ExecStart=.*)$/m, "$1 --web.enable-remote-write-receiver")),
  ],
  [
    "sender",
    "node_exporter listens to everybody",
    ["prometheus-on-loopback"],
    (it) => it.file("systemd/metrics-link-node-exporter.service", (text) => text.replace("127.0.0.1:9100", ":9100")),
  ],
  [
    "sender",
    "TLS 1.2 is enough for the server",
    ["server-tls-13-only"],
    (it) =>
      it.cluster((cluster) => {
        tlsOf(cluster).common_tls_context.tls_params.tls_minimum_protocol_version = "TLSv1_2";
      }),
  ],
  [
    "sender",
    "the receiver's bundle is the sender's own root",
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
    (it) =>
      it.cluster((cluster) => {
        delete tlsOf(cluster).common_tls_context.combined_validation_context.validation_context_sds_secret_config;
      }),
  ],
  [
    "sender",
    "any server's name is accepted",
    ["server-name-is-exact", "names-are-the-peers"],
    (it) =>
      it.cluster((cluster) => {
        trustOf(cluster).default_validation_context.match_typed_subject_alt_names = [];
      }),
  ],
  [
    "sender",
    "another server's name is accepted",
    ["server-name-is-exact", "names-are-the-peers"],
    (it) =>
      it.cluster((cluster) => {
        trustOf(cluster).default_validation_context.match_typed_subject_alt_names =
          named("other\\.account-b\\.internal");
      }),
  ],
  [
    "sender",
    "no name is asked for",
    ["server-name-is-exact"],
    (it) =>
      it.cluster((cluster) => {
        delete tlsOf(cluster).sni;
      }),
  ],
  [
    "sender",
    "samples leave in clear",
    ["nothing-leaves-in-clear"],
    (it) =>
      it.cluster((cluster) => {
        delete cluster.transport_socket;
      }),
  ],
  [
    "sender",
    "the receiver is looked up",
    ["nothing-leaves-in-clear"],
    (it) =>
      it.cluster((cluster) => {
        cluster.type = "STRICT_DNS";
      }),
  ],
  [
    "sender",
    "samples go to another address",
    ["names-are-the-peers"],
    (it) =>
      it.cluster((cluster) => {
        cluster.load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address.address = "192.0.2.1";
      }),
  ],
  [
    "receiver",
    "the receiver's Envoy leads off the machine",
    ["nothing-leaves-in-clear"],
    (it) =>
      it.envoy(({ static_resources: { clusters } }) => {
        clusters[0].load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address.address = "192.0.2.1";
      }),
  ],
  [
    "sender",
    "Prometheus writes past Envoy",
    ["writes-go-through-envoy"],
    (it) =>
      it.yaml("prometheus/prometheus.yml", (found) => {
        found.remote_write[0].url = "http://192.0.2.1/api/v1/write";
      }),
  ],
  [
    "sender",
    "Prometheus writes to somebody else too",
    ["writes-go-through-envoy", "no-system-trust-store"],
    (it) =>
      it.yaml("prometheus/prometheus.yml", (found) => {
        found.remote_write.push({ url: "https://example.org/api/v1/write" });
      }),
  ],
  [
    "receiver",
    "the receiver writes on",
    ["writes-go-through-envoy"],
    (it) =>
      it.yaml("prometheus/prometheus.yml", (found) => {
        found.remote_write = [{ url: "http://127.0.0.1:9091/api/v1/write" }];
      }),
  ],
  [
    "sender",
    "a job scrapes by the system's authorities",
    ["no-system-trust-store"],
    (it) =>
      it.yaml("prometheus/prometheus.yml", (found) => {
        found.scrape_configs[0].scheme = "https";
      }),
  ],
  [
    "sender",
    "a job does not check whom it scrapes",
    ["no-system-trust-store"],
    (it) =>
      it.yaml("prometheus/prometheus.yml", (found) => {
        found.scrape_configs[0].tls_config = { insecure_skip_verify: true };
      }),
  ],
  [
    "sender",
    "the chain shown is the own root",
    ["served-chain-is-ours"],
    (it) =>
      it.release((release) => {
        const own = release.files.find((file) => file.path === "tls/own-root.pem");
        for (const file of release.files)
          if (file.path === "tls/certificate-chain.pem") file.content = own?.content ?? "";
      }),
  ],
  [
    "sender",
    "the chain shown is in the wrong order",
    ["served-chain-is-ours"],
    (it) =>
      it.file("tls/certificate-chain.pem", (text) =>
        text
          .split(/(?=-----BEGIN)/)
          .reverse()
          .join(""),
      ),
  ],
  [
    "sender",
    "Envoy runs another configuration",
    ["listeners-are-known"],
    (it) => it.file(envoyUnit, (text) => text.replace("envoy/bootstrap.yaml", "envoy/elsewhere.yaml")),
  ],
  [
    "sender",
    "Prometheus runs another configuration",
    ["writes-go-through-envoy"],
    (it) => it.file(prometheusUnit, (text) => text.replace("prometheus/prometheus.yml", "prometheus/elsewhere.yml")),
  ],
  [
    "sender",
    "a unit runs a program of the system",
    ["tools-are-pinned"],
    (it) =>
      it.file("systemd/metrics-link-node-exporter.service", (text) =>
        text.replace("/opt/metrics-link/current/bin/node_exporter", "/usr/bin/node_exporter"),
      ),
  ],
  [
    "sender",
    "a tool is not named by its hash",
    ["tools-are-pinned"],
    (it) =>
      it.release((release) => {
        for (const tool of release.tools) if (tool.name === "envoy") tool.key = "tools/envoy/latest.tar.gz";
      }),
  ],
  [
    "sender",
    "the first boot takes a tool that is not named by its hash",
    ["tools-are-pinned"],
    (it) =>
      it.edit(
        "aws:s3/bucketObjectv2:BucketObjectv2",
        (props) => {
          props.content = `node ${"0".repeat(64)} tools/node/latest.tar.gz bin/node\n`;
        },
        "sender-bootstrap",
      ),
  ],
  [
    "sender",
    "a release has the name of another",
    ["release-is-its-hash"],
    (it) =>
      it.edit(
        "aws:s3/bucketObjectv2:BucketObjectv2",
        (props) => {
          props.key = `releases/sender/${"0".repeat(64)}.json`;
        },
        "sender-release",
      ),
  ],
  [
    "sender",
    "a private key is in an object of the bucket",
    ["no-key-material"],
    (it) =>
      it.edit(
        "aws:s3/bucketObjectv2:BucketObjectv2",
        (props) => {
          props.content = "-----BEGIN EC PRIVATE KEY-----\n";
        },
        "sender-current",
      ),
  ],
];
