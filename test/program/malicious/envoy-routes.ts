import { inChain, inEnvoy, managerOf, routesOf } from "../policy/support/mutate.ts";
import type { Malicious } from "./table.ts";

/** Changes of Envoy's routes and filters, and other sources of its configuration. */
export const envoyRoutes: readonly Malicious[] = [
  [
    "receiver",
    "a route mirrors writes to another cluster",
    "receiver-release",
    /(bootstrap|ingest).*request_mirror_policies/s,
    inChain((chain) => {
      routesOf(chain)[0].route.request_mirror_policies = [{ cluster: "admin" }];
    }),
  ],
  [
    "receiver",
    "a route rewrites the path",
    "receiver-release",
    /(bootstrap|ingest).*prefix_rewrite/s,
    inChain((chain) => {
      routesOf(chain)[0].route.prefix_rewrite = "/api/v1/admin/tsdb/delete_series";
    }),
  ],
  [
    "receiver",
    "a route admits queries",
    "receiver-release",
    /(bootstrap|ingest).*\/api\/v1\/query/s,
    inChain((chain) => {
      routesOf(chain).unshift({ match: { prefix: "/api/v1/query" }, route: { cluster: "prometheus" } });
    }),
  ],
  [
    "receiver",
    "a listener is added",
    "receiver-release",
    /(bootstrap|ingest).*8445/s,
    inEnvoy((all) => {
      all.static_resources.listeners.push({
        name: "more",
        address: { socket_address: { address: "0.0.0.0", port_value: 8445 } },
      });
    }),
  ],
  [
    "receiver",
    "Envoy's admin interface listens on every address",
    "receiver-release",
    /(bootstrap|ingest).*0\.0\.0\.0/s,
    inEnvoy((all) => {
      all.admin = { address: { socket_address: { address: "0.0.0.0", port_value: 9901 } } };
    }),
  ],
  [
    "receiver",
    "listeners come from a foreign control plane",
    "receiver-release",
    /(bootstrap|ingest).*lds_config/s,
    inEnvoy((all) => {
      all.dynamic_resources = {
        lds_config: { resource_api_version: "V3", path_config_source: { path: "/tmp/listeners" } },
      };
    }),
  ],
  [
    "receiver",
    "a bootstrap extension runs WebAssembly",
    "receiver-release",
    /(bootstrap|ingest).*wasm/s,
    inEnvoy((all) => {
      all.bootstrap_extensions = [
        { name: "x", typed_config: { "@type": "type.googleapis.com/envoy.extensions.wasm.v3.WasmService" } },
      ];
    }),
  ],
  [
    "receiver",
    "runtime keys disable limits",
    "receiver-release",
    /(bootstrap|ingest).*layered_runtime/s,
    inEnvoy((all) => {
      all.layered_runtime = {
        layers: [{ name: "x", static_layer: { "envoy.reloadable_features.http_reject_path_with_fragment": false } }],
      };
    }),
  ],
  [
    "receiver",
    "a stats sink sends metrics out",
    "receiver-release",
    /(bootstrap|ingest).*stats_sinks/s,
    inEnvoy((all) => {
      all.stats_sinks = [{ name: "envoy.stat_sinks.statsd" }];
    }),
  ],
  [
    "receiver",
    "a tap records traffic",
    "receiver-release",
    /(bootstrap|ingest).*\.tap\./s,
    inChain((chain) => {
      managerOf(chain).http_filters.unshift({
        name: "envoy.filters.http.router",
        typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.tap.v3.Tap" },
      });
    }),
  ],
  [
    "receiver",
    "Envoy trusts the source address that a client declares",
    "receiver-release",
    /(bootstrap|ingest).*use_remote_address/s,
    inChain((chain) => {
      managerOf(chain).use_remote_address = false;
    }),
  ],
  [
    "receiver",
    "Envoy forwards the client certificate header as the client sent it",
    "receiver-release",
    /(bootstrap|ingest).*ALWAYS_FORWARD_ONLY/s,
    inChain((chain) => {
      managerOf(chain).forward_client_cert_details = "ALWAYS_FORWARD_ONLY";
    }),
  ],
];
