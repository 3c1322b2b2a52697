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
  readonly role: "sender" | "receiver";
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
    readonly exclusion_list: { readonly patterns: readonly { readonly safe_regex: { readonly regex: string } }[] };
  };
}

/** Statistics that multiply with senders and workers, or have twenty buckets, and repeat what other counters say. */
const leftOut = [
  // Copies: HTTP counters per listener, listener counters per worker, connection lengths per HTTP.
  "listener\\..*\\.http\\..*",
  "listener\\..*\\.worker_\\d+\\..*",
  "http\\..*\\.downstream_cx_length_ms",
  "cluster\\..*\\.(external|internal)\\..*",
  // The admin interface about itself.
  "(http|listener|cluster)\\.admin\\..*",
  // Machinery.
  "listener\\..*\\.connections_accepted_per_socket_event",
  "(http2|cluster\\..*\\.http2)\\.(cookie|header)_.*",
  "sds\\..*\\.update_duration",
  // What this configuration does not use.
  "http\\..*\\.(tracing\\..*|passthrough_internal_redirect.*|rs_too_large|downstream_(rq|cx)_(ws|upgrades|http3).*)",
  "cluster\\..*\\.(lb_(subsets|recalculate|zone|local)|original_dst|retry_or_shadow|upstream_rq_retry|upstream_internal_redirect|upstream_(cx|rq)_http3).*",
  "listener_manager\\.lds\\.(init_fetch_timeout|update_attempt|update_duration|update_time|version)",
  "(cluster_manager\\.(cds|update)|thread_local_cluster_manager|dns|runtime)\\..*",
];

/** Keeps every TLS counter and the expiry gauge of every certificate. */
const statsConfig: StatsConfig = {
  stats_matcher: { exclusion_list: { patterns: leftOut.map((regex) => ({ safe_regex: { regex } })) } },
};
