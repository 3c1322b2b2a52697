import { type Admin, admin, adminCluster, metricsListener } from "./admin.ts";
import type { Cluster } from "./cluster.ts";
import type { Listener } from "./listener.ts";
import { type OverloadManager, overloadManager } from "./overload.ts";
import { statsConfig } from "./stats.ts";

/** envoy.config.bootstrap.v3.Bootstrap */
export interface Bootstrap {
  readonly node: { readonly id: string; readonly cluster: string };
  readonly admin: Admin;
  readonly static_resources: { readonly listeners: readonly Listener[]; readonly clusters: readonly Cluster[] };
  readonly overload_manager: OverloadManager;
  readonly stats_config: typeof statsConfig;
}

export interface BootstrapInput {
  /** Names this Envoy in its own logs and statistics. */
  readonly nodeId: string;
  readonly role: "sender" | "receiver";
  readonly listeners: readonly Listener[];
  readonly clusters: readonly Cluster[];
  readonly heapBytes: number;
  /** From the outside, at once. */
  readonly connections: number;
}

/** What every Envoy of the link has, whichever side it is on: admin, counters, overload protection. */
export function bootstrap(input: BootstrapInput): Bootstrap {
  return {
    node: { id: input.nodeId, cluster: `metrics-link-${input.role}` },
    admin,
    static_resources: {
      listeners: [...input.listeners, metricsListener()],
      clusters: [...input.clusters, adminCluster],
    },
    overload_manager: overloadManager(input.heapBytes, input.connections),
    stats_config: statsConfig,
  };
}
