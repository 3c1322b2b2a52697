import { hostPaths } from "@metrics-link/release";
import { type Admin, admin, adminCluster, metricsListener } from "./admin.ts";
import type { Cluster } from "./clusters.ts";
import { type OverloadManager, overloadManager } from "./limits.ts";
import type { Listener } from "./listeners.ts";
import { releaseFiles } from "./process.ts";

/** envoy.config.bootstrap.v3.Bootstrap */
export interface Bootstrap {
  readonly node: { readonly id: string; readonly cluster: string };
  readonly admin: Admin;
  readonly dynamic_resources?: { readonly lds_config: typeof ingestFile };
  readonly static_resources: { readonly listeners: readonly Listener[]; readonly clusters: readonly Cluster[] };
  readonly overload_manager: OverloadManager;
  readonly stats_config: typeof statsConfig;
}

export interface BootstrapInput {
  /** Names this Envoy in its own logs and statistics. */
  readonly nodeId: string;
  readonly role: "sender" | "receiver" | "service";
  readonly listeners: readonly Listener[];
  /** Whether the ingest listener is in a file of its own. */
  readonly ingestByFile?: boolean;
  readonly clusters: readonly Cluster[];
  readonly heapBytes: number;
  /** Concurrent connections from outside the host. */
  readonly connections: number;
}

/** What both sides have in common: admin interface, counters, overload manager. */
export function bootstrap(input: BootstrapInput): Bootstrap {
  return {
    node: { id: input.nodeId, cluster: `metrics-link-${input.role}` },
    admin,
    ...(input.ingestByFile ? { dynamic_resources: { lds_config: ingestFile } } : {}),
    static_resources: {
      listeners: [...input.listeners, metricsListener()],
      clusters: [...input.clusters, adminCluster],
    },
    overload_manager: overloadManager(input.heapBytes, input.connections),
    stats_config: statsConfig,
  };
}

/**
 * envoy.config.core.v3.ConfigSource. Envoy notices moves only, so it watches the directory in which rename(2) replaces the symlink
 * `current`. Filter chains whose text has not changed keep their connections
 * (https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/listeners/lds, "filter chain only update").
 */
const ingestFile = {
  resource_api_version: "V3",
  path_config_source: {
    path: `${hostPaths.current}/${releaseFiles.ingest}`,
    watched_directory: { path: hostPaths.base },
  },
} as const;

interface StatsConfig {
  readonly stats_matcher: {
    readonly inclusion_list: { readonly patterns: readonly { readonly safe_regex: { readonly regex: string } }[] };
  };
}

/**
 * The statistics that Envoy keeps; it makes no others, and those that a newer Envoy adds are not among them. Six of each sender:
 * all would be 92, and Prometheus refuses a page of more than 50,000 (`sample_limit`) as a whole. What alerts, dashboard, agent, audit
 * and the tables of docs/operate.md read is here; test/unit/envoy/loopback/statistics.test.ts holds that.
 */
const kept = [
  // The process, its memory, and the certificate that expires first.
  "(server|main_thread|workers|filesystem)\\..*",
  "overload\\.envoy\\..*",
  "envoy\\.overload_actions\\..*",
  // Listeners, not once more for each worker and each HTTP.
  "listener_manager\\.(lds\\.update_(failure|rejected|success)|listener_.*|total_.*|workers_started)",
  "listener\\.(egress|ingest|metrics|ready|service-[^.]*)\\.(downstream_.*|no_filter_chain_match)",
  "listener\\.ingest\\.ssl\\.([a-z_]+|(ciphers|curves|sigalgs|versions)\\..*|certificate\\.leaf\\..*)",
  "listener\\.service-[^.]*\\.ssl\\.(connection_error|fail_verify_[a-z_]*|handshake)",
  "listener\\.ingest\\.server_ssl_socket_factory\\..*",
  "sds\\.leaf[^.]*\\.update_(failure|rejected|success)",
  // Once a sender: its connections from accept on, its requests by status, and its roots.
  "connection_limit\\..*",
  "http\\.(elsewhere|metrics|ready|service_[^.]*)\\.downstream_(cx_rx_bytes_total|rq_(active|total|[245]xx))",
  "http\\.sender_[^.]*\\.downstream_rq_[245]xx",
  "sds\\.[^.]*\\.key_rotation_failed",
  // The way to the receiver, or to its Prometheus.
  "http\\.egress\\.(downstream_(cx_(active|total|[rt]x_bytes_total)|rq_(active|total|[245]xx|time|timeout|[rt]x_reset)))",
  "http[12]\\.(goaway|inbound|keepalive|outbound|pending|requests|rx|stream|trailers|tx)[a-z_]*",
  "cluster_manager\\.(active|warming)_clusters",
  "cluster\\.(gate|prometheus|receiver)\\.(bind_errors|circuit_breakers\\..*|client_ssl_socket_factory\\..*|membership_.*|outlier_detection\\..*|ssl\\..*|upstream_.*)",
  "cluster\\.service-[^.]*\\.upstream_(cx_(active|connect_fail|total)|rq_(active|pending_overflow|time|timeout|total|[245]xx))",
];

const statsConfig: StatsConfig = {
  stats_matcher: { inclusion_list: { patterns: kept.map((regex) => ({ safe_regex: { regex } })) } },
};
