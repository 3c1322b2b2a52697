import { z } from "zod";
import { clusters } from "./clusters.ts";
import { known } from "./limits.ts";
import { listeners } from "./listeners.ts";
import { address, extension, whole } from "./messages.ts";
import type { Material } from "./tls.ts";

const heap = "envoy.resource_monitors.fixed_heap";

const atHeap = (action: string, value: number) =>
  z.strictObject({
    name: z.literal(`envoy.overload_actions.${action}`),
    triggers: z.tuple([
      z.strictObject({ name: z.literal(heap), threshold: z.strictObject({ value: z.literal(value) }) }),
    ]),
  });

/** Sheds load before the kernel would end the process. */
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
      // How many, depends on who is let in: the rule shares-fit.
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

/** The counters that are left out: every other one is alerted on, shown, or needed to explain what happened. */
const leftOut = [
  "listener\\..*\\.http\\..*",
  "listener\\..*\\.worker_\\d+\\..*",
  "http\\..*\\.downstream_cx_length_ms",
  "cluster\\..*\\.(external|internal)\\..*",
  "(http|listener|cluster)\\.admin\\..*",
  "listener\\..*\\.connections_accepted_per_socket_event",
  "(http2|cluster\\..*\\.http2)\\.(cookie|header)_.*",
  "sds\\..*\\.update_duration",
  "http\\..*\\.(tracing\\..*|passthrough_internal_redirect.*|rs_too_large|downstream_(rq|cx)_(ws|upgrades|http3).*)",
  "cluster\\..*\\.(lb_(subsets|recalculate|zone|local)|original_dst|retry_or_shadow|upstream_rq_retry|upstream_internal_redirect|upstream_(cx|rq)_http3).*",
  "(cluster_manager\\.(cds|update)|listener_manager\\.lds|thread_local_cluster_manager|dns|runtime)\\..*",
];

const [first = "", ...others] = leftOut;
const leaveOut = (regex: string) => z.strictObject({ safe_regex: z.strictObject({ regex: z.literal(regex) }) });

const statsConfig = z.strictObject({
  stats_matcher: z.strictObject({
    exclusion_list: z.strictObject({
      patterns: z.tuple([leaveOut(first), ...others.map(leaveOut)]),
    }),
  }),
});

/** Address and pages are the rules' to judge. */
const admin = z.strictObject({
  address,
  allow_paths: z.array(z.strictObject({ exact: z.string().optional(), prefix: z.string().optional() })).optional(),
});

const bootstrap = (material: Material) =>
  z.strictObject({
    node: z.strictObject({
      id: z.string().regex(/^[A-Za-z0-9._-]{1,128}$/),
      cluster: z.literal(["metrics-link-sender", "metrics-link-receiver"]),
    }),
    admin,
    static_resources: z.strictObject({ listeners: listeners(material), clusters: clusters(material) }),
    overload_manager: overloadManager,
    stats_config: statsConfig,
  });

/** What a bootstrap is read from: the file that runs, its twin for validation, or what a running Envoy says of itself. */
export type Form = "file" | "twin" | "running";

/**
 * envoy.config.bootstrap.v3.Bootstrap, closed: every message, field and value that is known. What a rule judges by name
 * (who is let in, where it leads) has any value of its kind here.
 */
export const bootstrapOf: Readonly<Record<Form, z.ZodType>> = {
  file: bootstrap("secrets"),
  twin: bootstrap("files"),
  // Envoy adds all its extensions to `node`, so the evidence leaves it out.
  running: bootstrap("secrets").omit({ node: true }),
};
