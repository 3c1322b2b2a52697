import { inChain, inDocument, inEnvoy, inFile, managerOf, routesOf } from "../support/mutate.ts";
import type { Mutation } from "../support/table.ts";

const prometheusUnit = "systemd/metrics-link-prometheus.service";
const envoyUnit = "systemd/metrics-link-envoy.service";

/** What clients reach behind the fences. */
export const routes: readonly Mutation[] = [
  [
    "receiver",
    "every path is routed",
    ["one-route-only", "envoy-is-known"],
    inChain((chain) => {
      routesOf(chain)[0].match = { prefix: "/" };
    }),
  ],
  [
    "receiver",
    "every method is routed",
    ["one-route-only", "envoy-is-known"],
    inChain((chain) => {
      routesOf(chain)[0].match.headers.shift();
    }),
  ],
  [
    "receiver",
    "the query string is not checked",
    ["one-route-only", "envoy-is-known"],
    inChain((chain) => {
      routesOf(chain)[0].match.headers.pop();
    }),
  ],
  [
    "receiver",
    "another path is routed",
    ["one-route-only"],
    inChain((chain) => {
      const [route] = routesOf(chain);
      route.match.path = "/api/v1/query";
      route.match.headers[1].string_match.exact = "/api/v1/query";
    }),
  ],
  [
    "receiver",
    "paths are normalized",
    ["one-route-only"],
    inChain((chain) => {
      managerOf(chain).normalize_path = true;
    }),
  ],
  [
    "receiver",
    "the chain proxies TCP",
    ["one-route-only", "envoy-is-known"],
    inChain((chain) => {
      chain.filters = [{ name: "envoy.filters.network.tcp_proxy", typed_config: { cluster: "prometheus" } }];
    }),
  ],
  [
    "receiver",
    "the ready port forwards to Prometheus",
    ["listeners-are-known", "one-route-only", "envoy-is-known"],
    inEnvoy(({ static_resources: { listeners } }) => {
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
    ["listeners-are-known", "names-are-the-peers"],
    inChain((chain) => {
      delete chain.transport_socket;
    }),
  ],
  [
    "receiver",
    "a listener has another port",
    ["listeners-are-known"],
    inEnvoy(({ static_resources: { listeners } }) => {
      listeners.find((one: { name: string }) => one.name === "ready").address.socket_address.port_value = 9000;
    }),
  ],
  [
    "sender",
    "the sender's listener accepts connections from the network",
    ["listeners-are-known"],
    inEnvoy(({ static_resources: { listeners } }) => {
      listeners[0].address.socket_address.address = "0.0.0.0";
    }),
  ],
  [
    "receiver",
    "Envoy's admin interface listens on the network",
    ["admin-is-local"],
    inEnvoy((envoy) => {
      envoy.admin.address = { socket_address: { address: "0.0.0.0", port_value: 9901 } };
    }),
  ],
  [
    "receiver",
    "Envoy can be stopped through its admin interface",
    ["admin-is-local"],
    inEnvoy((envoy) => {
      envoy.admin.allow_paths.push({ exact: "/quitquitquit" });
    }),
  ],
  [
    "receiver",
    "every admin page is served",
    ["admin-is-local"],
    inEnvoy((envoy) => {
      delete envoy.admin.allow_paths;
    }),
  ],
  [
    "receiver",
    "Prometheus listens on every address",
    ["prometheus-on-loopback"],
    inFile(prometheusUnit, (text) => text.replace("listen-address=127.0.0.1", "listen-address=0.0.0.0")),
  ],
  [
    "receiver",
    "Prometheus can be changed over HTTP",
    ["prometheus-on-loopback"],
    inFile(prometheusUnit, (text) => text.replace(/^(ExecStart=.*)$/m, "$1 --web.enable-admin-api")),
  ],
  [
    "sender",
    "a sender's Prometheus accepts writes",
    ["prometheus-on-loopback"],
    inFile(prometheusUnit, (text) => text.replace(/^(ExecStart=.*)$/m, "$1 --web.enable-remote-write-receiver")),
  ],
  [
    "sender",
    "node_exporter listens on every address",
    ["prometheus-on-loopback"],
    inFile("systemd/metrics-link-node-exporter.service", (text) => text.replace("127.0.0.1:9100", ":9100")),
  ],
  [
    "sender",
    "Envoy runs another configuration file",
    ["listeners-are-known"],
    inFile(envoyUnit, (text) => text.replace("envoy/bootstrap.json", "envoy/elsewhere.json")),
  ],
  [
    "receiver",
    "a client can set its own source address",
    ["envoy-is-known", "listeners-are-known"],
    inEnvoy(({ static_resources: { listeners } }) => {
      listeners[0].listener_filters = [{ name: "envoy.filters.listener.proxy_protocol" }];
    }),
  ],
  [
    "receiver",
    "a Lua filter runs for every request",
    ["one-route-only", "envoy-is-known"],
    inChain((chain) => {
      managerOf(chain).http_filters.unshift({ name: "envoy.filters.http.lua" });
    }),
  ],
  [
    "receiver",
    "a Lua filter has the name of the body limit",
    ["envoy-is-known", "one-route-only"],
    inChain((chain) => {
      const [filter] = managerOf(chain).http_filters;
      filter.typed_config = { "@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua" };
    }),
  ],
  [
    "receiver",
    "a matcher selects the filter chain",
    ["envoy-is-known"],
    inEnvoy(({ static_resources: { listeners } }) => {
      listeners[0].filter_chain_matcher = {};
    }),
  ],
  [
    "receiver",
    "a second method contradicts the first, so every write gets 405",
    ["envoy-is-known", "one-route-only"],
    inChain((chain) => {
      routesOf(chain)[0].match.headers.push({ name: ":method", string_match: { exact: "GET" } });
    }),
  ],
  [
    "receiver",
    "a body may have one byte, so every write gets 413",
    ["envoy-is-known"],
    inChain((chain) => {
      managerOf(chain).http_filters[0].typed_config.max_request_bytes = 1;
    }),
  ],
  [
    "receiver",
    "all senders together may have one connection",
    ["shares-fit"],
    inEnvoy(({ overload_manager: { resource_monitors } }) => {
      resource_monitors[1].typed_config.max_active_downstream_connections = 1;
    }),
  ],
  [
    "sender",
    "nobody can read Envoy's counters",
    ["listeners-are-complete"],
    inEnvoy(({ static_resources }) => {
      static_resources.listeners = static_resources.listeners.filter(
        ({ name }: { name: string }) => name !== "metrics",
      );
    }),
  ],
  [
    "receiver",
    "the ready port is in octal",
    ["envoy-is-known", "admin-is-local", "listeners-are-complete", "names-are-the-peers", "writes-are-verified"],
    inFile("envoy/bootstrap.json", (text) => text.replace('"port_value": 8444', '"port_value": 08444')),
  ],
  [
    "receiver",
    "a prefix length is octal",
    // What cannot be read says nothing, and nothing is not enough for the others either.
    ["envoy-is-known", "names-are-the-peers", "writes-are-verified"],
    inFile("envoy/lds/ingest.json", (text) => text.replace('"prefix_len": 32', '"prefix_len": 032')),
  ],
  [
    "sender",
    "a YAML merge sets the destination of the sender's Prometheus",
    ["prometheus-is-known", "writes-go-through-envoy"],
    inFile("prometheus/prometheus.yml", (text) => `x: &x {}\n${text}`),
  ],
  [
    "sender",
    "the sender's Prometheus drops samples that it should send",
    ["prometheus-is-known"],
    inDocument("prometheus/prometheus.yml", (found) => {
      found.remote_write[0].write_relabel_configs.unshift({ action: "drop", source_labels: ["__name__"] });
    }),
  ],
  [
    "sender",
    "a target of the sender may tell another account than its own",
    ["prometheus-is-known"],
    inDocument("prometheus/prometheus.yml", (found) => {
      found.remote_write[0].write_relabel_configs.pop();
    }),
  ],
  [
    "sender",
    "Prometheus reads more jobs from its data folder",
    ["prometheus-is-known"],
    inDocument("prometheus/prometheus.yml", (found) => {
      found.scrape_config_files = ["/var/lib/metrics-link/prometheus/*.yml"];
    }),
  ],
  [
    "receiver",
    "the link's alerts are removed",
    ["prometheus-is-known"],
    inFile("prometheus/alerts.yml", () => "groups: []\n"),
  ],
];
