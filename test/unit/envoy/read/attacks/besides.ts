import { managerOf } from "../../../../program/policy/support/mutate.ts";
import {
  type Attack,
  bootstrapFile,
  envoy,
  ingest,
  ingestFile,
  listeners,
  manager,
  receiver,
  sender,
} from "./attack.ts";

/** What is written down, and what Envoy obeys besides its file. */
export const besides: readonly Attack[] = [
  receiver("an access log into a file", `${manager}.access_log[0]`, (it) =>
    it.chain((found) => {
      managerOf(found).access_log[0] = {
        name: "envoy.access_loggers.stdout",
        typed_config: { "@type": `${envoy}access_loggers.file.v3.FileAccessLog`, path: "/var/lib/metrics-link/x" },
      };
    }),
  ),
  receiver("an access log over TCP", `${manager}.access_log[1]`, (it) =>
    it.chain((found) => {
      managerOf(found).access_log.push({
        name: "envoy.access_loggers.tcp_grpc",
        typed_config: { "@type": `${envoy}access_loggers.grpc.v3.TcpGrpcAccessLogConfig` },
      });
    }),
  ),
  receiver("an access log without the client's certificate", `${manager}.access_log[0]`, (it) =>
    it.chain((found) => {
      delete managerOf(found).access_log[0].typed_config.log_format.json_format.peer_sha256;
    }),
  ),
  receiver("an access log with another client's identity", `${manager}.access_log[0]`, (it) =>
    it.chain((found) => {
      managerOf(found).access_log[0].typed_config.log_format.json_format.peer_san = "%REQ(X-NAME)%";
    }),
  ),
  receiver("no log of connections", `${ingest}.access_log`, (it) =>
    listeners(it, (listener) => {
      delete listener.access_log;
    }),
  ),
  receiver("a log of failures only", `${manager}.access_log[0].filter`, (it) =>
    it.chain((found) => {
      managerOf(found).access_log[0].filter = {
        status_code_filter: {
          comparison: { op: "GE", value: { default_value: 400, runtime_key: "metrics_link.status_400" } },
        },
      };
    }),
  ),
  receiver("clusters from another file as well", "dynamic_resources.cds_config", (it) =>
    it.envoy((found) => {
      found.dynamic_resources.cds_config = found.dynamic_resources.lds_config;
    }),
  ),
  receiver("listeners from a file that no release has", "dynamic_resources.lds_config.path_config_source.path", (it) =>
    it.envoy((found) => {
      found.dynamic_resources.lds_config.path_config_source.path = "/var/lib/prometheus/ingest.json";
    }),
  ),
  receiver(
    "listeners that are read when another directory changes",
    "path_config_source.watched_directory.path",
    (it) =>
      it.envoy((found) => {
        found.dynamic_resources.lds_config.path_config_source.watched_directory.path = "/tmp";
      }),
  ),
  receiver("a second listener in the listener file", `${ingestFile}: resources`, (it) =>
    it.document(ingestFile, ({ resources }) => {
      resources.push({ ...resources[0], name: "besides" });
    }),
  ),
  receiver("another name in the listener file", `${ingest}.name`, (it) =>
    it.document(ingestFile, ({ resources }) => {
      resources[0].name = "ready";
    }),
  ),
  receiver("a version in the listener file", `${ingestFile}: version_info`, (it) =>
    it.document(ingestFile, (found) => {
      found.version_info = "1";
    }),
  ),
  receiver("no listener file", ingestFile, (it) =>
    it.release((release) => {
      release.files = release.files.filter(({ path }) => path !== ingestFile);
    }),
  ),
  sender("listeners from a file at the sender", "dynamic_resources", (it) =>
    it.envoy((found) => {
      const path = "/etc/metrics-link/current/envoy/lds/ingest.json";
      const watched_directory = { path: "/etc/metrics-link" };
      found.dynamic_resources = {
        lds_config: { resource_api_version: "V3", path_config_source: { path, watched_directory } },
      };
    }),
  ),
  receiver("listeners and clusters from a service", "dynamic_resources", (it) =>
    it.envoy((found) => {
      found.dynamic_resources = { lds_config: { path_config_source: { path: "/tmp/lds.json" } } };
    }),
  ),
  receiver("a layered runtime", "layered_runtime", (it) =>
    it.envoy((found) => {
      found.layered_runtime = {
        layers: [{ name: "x", static_layer: { "envoy.reloadable_features.enable_compression": true } }],
      };
    }),
  ),
  receiver("a health discovery service", "hds_config", (it) =>
    it.envoy((found) => {
      found.hds_config = { api_type: "GRPC", transport_api_version: "V3" };
    }),
  ),
  receiver("a watchdog with an action", "watchdogs", (it) =>
    it.envoy((found) => {
      found.watchdogs = { main_thread_watchdog: { actions: [{ event: "KILL" }] } };
    }),
  ),
  receiver("statistics sent elsewhere", "stats_sinks", (it) =>
    it.envoy((found) => {
      found.stats_sinks = [{ name: "envoy.stat_sinks.statsd" }];
    }),
  ),
  receiver("every counter kept", "stats_config.stats_matcher", (it) =>
    it.envoy((found) => {
      found.stats_config.stats_matcher.inclusion_list.patterns.push({ safe_regex: { regex: ".*" } });
    }),
  ),
  receiver("an extension of the bootstrap", "bootstrap_extensions", (it) =>
    it.envoy((found) => {
      found.bootstrap_extensions = [{ name: "envoy.bootstrap.wasm" }];
    }),
  ),
  receiver("a tracer", "tracing", (it) =>
    it.envoy((found) => {
      found.tracing = { http: { name: "envoy.tracers.zipkin" } };
    }),
  ),
  receiver("secrets in the bootstrap", "static_resources.secrets", (it) =>
    it.envoy((found) => {
      found.static_resources.secrets = [{ name: "leaf" }];
    }),
  ),
  receiver("an xDS authority", "xds_config_tracker_extension", (it) =>
    it.envoy((found) => {
      found.xds_config_tracker_extension = {};
    }),
  ),
  receiver("an admin interface on TCP", "admin.address", (it) =>
    it.envoy((found) => {
      found.admin.address = { socket_address: { address: "127.0.0.1", port_value: 9901 } };
    }),
  ),
  receiver("an admin socket for everybody", "admin.address.pipe.mode", (it) =>
    it.envoy((found) => {
      found.admin.address.pipe.mode = 0o666;
    }),
  ),
  receiver("an admin socket elsewhere", "admin.address", (it) =>
    it.envoy((found) => {
      found.admin.address.pipe.path = "/tmp/admin.sock";
    }),
  ),
  receiver("a profile that the admin interface writes", "admin.profile_path", (it) =>
    it.envoy((found) => {
      found.admin.profile_path = "/var/lib/metrics-link/x";
    }),
  ),
  receiver("a page of the admin interface by an expression", "admin.allow_paths", (it) =>
    it.envoy((found) => {
      found.admin.allow_paths.push({ safe_regex: { regex: "/.*" } });
    }),
  ),
  receiver("no limit of memory", "overload_manager.actions", (it) =>
    it.envoy((found) => {
      found.overload_manager.actions = [];
    }),
  ),
  receiver("an integer that is not an integer", "overload_manager.buffer_factory_config", (it) =>
    it.envoy((found) => {
      found.overload_manager.buffer_factory_config.minimum_account_to_track_power_of_two = 17.5;
    }),
  ),
  receiver("a comment, which other parsers may read", bootstrapFile, (it) =>
    it.file(bootstrapFile, (text) => text.replace("{", "{ // x")),
  ),
  receiver("a prototype", bootstrapFile, (it) =>
    it.file(bootstrapFile, (text) => text.replace("{\n", '{\n  "__proto__": {},\n')),
  ),
];
