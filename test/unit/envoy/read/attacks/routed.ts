import { managerOf, routesOf } from "../../../../program/policy/support/mutate.ts";
import { type Attack, chain, envoy, host, manager, receiver, route } from "./attack.ts";

/** Behind the fences: what is routed, and what looks at it. */
export const routed: readonly Attack[] = [
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
  receiver("a TCP proxy", `${chain}.filters`, (it) =>
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
  receiver("a path that ignores case", `${route}.match.case_sensitive`, (it) =>
    it.chain((found) => {
      routesOf(found)[0].match.case_sensitive = false;
    }),
  ),
  receiver("an inverted header match", `${route}.match.headers[0].invert_match`, (it) =>
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
  receiver("source addresses that the client states", `${manager}.original_ip_detection_extensions`, (it) =>
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
  receiver("normalized paths", `${manager}.normalize_path`, (it) =>
    it.chain((found) => {
      managerOf(found).normalize_path = true;
    }),
  ),
  receiver("normalization by another field", `${manager}.path_normalization_options`, (it) =>
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
