import { inChain, inEnvoy, managerOf, routesOf } from "../policy/support/mutate.ts";
import type { Malicious, Props } from "./table.ts";

const _lua = {
  "@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua",
  default_source_code: { inline_string: "function envoy_on_request(h) end" },
};
const _listener = (bootstrap: Props, name: string) =>
  bootstrap.static_resources.listeners.find((one: Props) => one.name === name);
const _plain = {
  name: "envoy.transport_sockets.raw_buffer",
  typed_config: { "@type": "type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer" },
};

/** What Envoy does with a request, and who else tells it what to do. */
export const envoyRoutes: readonly Malicious[] = [
  [
    "receiver",
    "writes are copied to another cluster",
    "receiver-release",
    /bootstrap.*request_mirror_policies/s,
    inChain((chain) => {
      routesOf(chain)[0].route.request_mirror_policies = [{ cluster: "admin" }];
    }),
  ],
  [
    "receiver",
    "a route rewrites the path",
    "receiver-release",
    /bootstrap.*prefix_rewrite/s,
    inChain((chain) => {
      routesOf(chain)[0].route.prefix_rewrite = "/api/v1/admin/tsdb/delete_series";
    }),
  ],
  [
    "receiver",
    "a route for queries before all others",
    "receiver-release",
    /bootstrap.*\/api\/v1\/query/s,
    inChain((chain) => {
      routesOf(chain).unshift({ match: { prefix: "/api/v1/query" }, route: { cluster: "prometheus" } });
    }),
  ],
  [
    "receiver",
    "one more listener",
    "receiver-release",
    /bootstrap.*8445/s,
    inEnvoy((all) => {
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
    inEnvoy((all) => {
      all.admin = { address: { socket_address: { address: "0.0.0.0", port_value: 9901 } } };
    }),
  ],
  [
    "receiver",
    "listeners come from somebody else's control plane",
    "receiver-release",
    /bootstrap.*lds_config/s,
    inEnvoy((all) => {
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
    inEnvoy((all) => {
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
    inEnvoy((all) => {
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
    inEnvoy((all) => {
      all.stats_sinks = [{ name: "envoy.stat_sinks.statsd" }];
    }),
  ],
  [
    "receiver",
    "a tap of what passes",
    "receiver-release",
    /bootstrap.*\.tap\./s,
    inChain((chain) => {
      managerOf(chain).http_filters.unshift({
        name: "envoy.filters.http.router",
        typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.tap.v3.Tap" },
      });
    }),
  ],
  [
    "receiver",
    "Envoy trusts the source address that a client states",
    "receiver-release",
    /bootstrap.*use_remote_address/s,
    inChain((chain) => {
      managerOf(chain).use_remote_address = false;
    }),
  ],
  [
    "receiver",
    "certificates of clients are handed on as the client sent them",
    "receiver-release",
    /bootstrap.*ALWAYS_FORWARD_ONLY/s,
    inChain((chain) => {
      managerOf(chain).forward_client_cert_details = "ALWAYS_FORWARD_ONLY";
    }),
  ],
];
