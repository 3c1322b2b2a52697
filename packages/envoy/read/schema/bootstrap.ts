import { hostPaths } from "@metrics-link/release";
import { z } from "zod";
import { ingestPath } from "../paths.ts";
import { clusters } from "./clusters.ts";
import { known } from "./limits.ts";
import { listeners } from "./listeners.ts";
import { address, extension, whole } from "./messages.ts";

const heap = "envoy.resource_monitors.fixed_heap";

const atHeap = (action: string, value: number) =>
  z.strictObject({
    name: z.literal(`envoy.overload_actions.${action}`),
    triggers: z.tuple([
      z.strictObject({ name: z.literal(heap), threshold: z.strictObject({ value: z.literal(value) }) }),
    ]),
  });

/** Envoy sheds load before the kernel's OOM killer acts. */
const overloadManager = z.strictObject({
  refresh_interval: z.literal("0.05s"),
  buffer_factory_config: z.strictObject({ minimum_account_to_track_power_of_two: z.literal(17) }),
  resource_monitors: z.tuple([
    extension(heap, "resource_monitors.fixed_heap.v3.FixedHeapConfig", {
      max_heap_size_bytes: z.literal(known.heapBytes),
    }),
    extension(
      "envoy.resource_monitors.global_downstream_max_connections",
      "resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
      // The number depends on the admitted peers: the rule shares-fit checks it.
      { max_active_downstream_connections: whole(1, 1_048_576) },
    ),
  ]),
  actions: z.tuple([
    z.strictObject({
      name: z.literal("envoy.overload_actions.reset_high_memory_stream"),
      triggers: z.tuple([
        z.strictObject({
          name: z.literal(heap),
          scaled: z.strictObject({ scaling_threshold: z.literal(0.7), saturation_threshold: z.literal(0.9) }),
        }),
      ]),
    }),
    atHeap("shrink_heap", 0.9),
    atHeap("stop_accepting_connections", 0.95),
    atHeap("stop_accepting_requests", 0.98),
  ]),
});

/** The statistics that Envoy keeps: alerts, dashboards and incident analyses need them, and more would grow with each sender. */
const kept = [
  "(server|main_thread|workers|filesystem)\\..*",
  "overload\\.envoy\\..*",
  "envoy\\.overload_actions\\..*",
  "listener_manager\\.(lds\\.update_(failure|rejected|success)|listener_.*|total_.*|workers_started)",
  "listener\\.(egress|ingest|metrics|ready|service-[^.]*)\\.(downstream_.*|no_filter_chain_match)",
  "listener\\.ingest\\.ssl\\.([a-z_]+|(ciphers|curves|sigalgs|versions)\\..*|certificate\\.leaf\\..*)",
  "listener\\.service-[^.]*\\.ssl\\.(connection_error|fail_verify_[a-z_]*|handshake)",
  "listener\\.ingest\\.server_ssl_socket_factory\\..*",
  "sds\\.leaf[^.]*\\.update_(failure|rejected|success)",
  "connection_limit\\..*",
  "http\\.(elsewhere|metrics|ready|service_[^.]*)\\.downstream_(cx_rx_bytes_total|rq_(active|total|[245]xx))",
  "http\\.sender_[^.]*\\.downstream_rq_[245]xx",
  "sds\\.[^.]*\\.key_rotation_failed",
  "http\\.egress\\.(downstream_(cx_(active|total|[rt]x_bytes_total)|rq_(active|total|[245]xx|time|timeout|[rt]x_reset)))",
  "http[12]\\.(goaway|inbound|keepalive|outbound|pending|requests|rx|stream|trailers|tx)[a-z_]*",
  "cluster_manager\\.(active|warming)_clusters",
  "cluster\\.(gate|prometheus|receiver)\\.(bind_errors|circuit_breakers\\..*|client_ssl_socket_factory\\..*|membership_.*|outlier_detection\\..*|ssl\\..*|upstream_.*)",
  "cluster\\.service-[^.]*\\.upstream_(cx_(active|connect_fail|total)|rq_(active|pending_overflow|time|timeout|total|[245]xx))",
];

const [first = "", ...others] = kept;
const keep = (regex: string) => z.strictObject({ safe_regex: z.strictObject({ regex: z.literal(regex) }) });

const statsConfig = z.strictObject({
  stats_matcher: z.strictObject({
    inclusion_list: z.strictObject({
      patterns: z.tuple([keep(first), ...others.map(keep)]),
    }),
  }),
});

/** The rule admin-is-local checks the address and the paths. */
const admin = z.strictObject({
  address,
  allow_paths: z.array(z.strictObject({ exact: z.string().optional(), prefix: z.string().optional() })).optional(),
});

/** The one source of listeners besides the bootstrap: a file of the release, read again when `current` is replaced. */
const dynamicResources = z.strictObject({
  lds_config: z.strictObject({
    resource_api_version: z.literal("V3"),
    path_config_source: z.strictObject({
      path: z.literal(`${hostPaths.current}/${ingestPath}`),
      watched_directory: z.strictObject({ path: z.literal(hostPaths.base) }),
    }),
  }),
});

const bootstrap = (form: Form) =>
  z.strictObject({
    node: z.strictObject({
      id: z.string().regex(/^[A-Za-z0-9._-]{1,128}$/),
      cluster: z.literal(["metrics-link-sender", "metrics-link-receiver", "metrics-link-service"]),
    }),
    admin,
    dynamic_resources: dynamicResources.optional(),
    static_resources: z.strictObject({ listeners: listeners(form === "running"), clusters }),
    overload_manager: overloadManager,
    stats_config: statsConfig,
  });

/** The source of a bootstrap: the file that Envoy runs, or a running Envoy's `/config_dump`, which has all listeners in one piece. */
export type Form = "file" | "running";

/**
 * envoy.config.bootstrap.v3.Bootstrap, closed: every known message, field and value. Where a rule checks a value (such as
 * the admitted clients or a route's cluster), the schema allows any value of its type.
 */
export const bootstrapOf: Readonly<Record<Form, z.ZodType>> = {
  file: bootstrap("file"),
  // Envoy adds all its extensions to `node`, so the evidence leaves it out.
  running: bootstrap("running").omit({ node: true }),
};
