import { z } from "zod";
import { http2Options, upstreamOptions } from "./http.ts";
import { address, bufferBytes, byField, seconds, whole } from "./parts.ts";
import { type Material, upstreamTls } from "./tls.ts";

const endpoint = z.strictObject({ endpoint: z.strictObject({ address }) });

const cluster = (called: string, more: z.ZodRawShape) =>
  z.strictObject({
    name: z.literal(called),
    // Whether addresses are fixed is for the rules to say.
    type: z.string(),
    connect_timeout: seconds(1, 10),
    lb_policy: z.literal("ROUND_ROBIN"),
    per_connection_buffer_limit_bytes: bufferBytes,
    load_assignment: z.strictObject({
      cluster_name: z.literal(called),
      endpoints: z.tuple([z.strictObject({ lb_endpoints: z.array(endpoint) })]),
    }),
    ...more,
  });

const breakers = (connections: number) => ({
  circuit_breakers: z.strictObject({
    thresholds: z.tuple([
      z.strictObject({
        max_connections: whole(1, connections),
        max_pending_requests: whole(1, 1_048_576),
        max_requests: whole(1, 1_048_576),
        track_remaining: z.literal(true),
      }),
    ]),
  }),
});

const localHttp = upstreamOptions({ http_protocol_options: z.strictObject({}) });

/** Two failures to connect set an address aside for a while; what the receiver answers is never held against one. */
const outlierDetection = z.strictObject({
  split_external_local_origin_errors: z.literal(true),
  consecutive_local_origin_failure: z.literal(2),
  enforcing_consecutive_local_origin_failure: z.literal(100),
  enforcing_local_origin_success_rate: z.literal(0),
  enforcing_consecutive_5xx: z.literal(0),
  enforcing_consecutive_gateway_failure: z.literal(0),
  enforcing_success_rate: z.literal(0),
  base_ejection_time: seconds(1, 60),
  max_ejection_time: seconds(1, 60),
  max_ejection_percent: z.literal(100),
});

const receiver = (material: Material) =>
  cluster("receiver", {
    common_lb_config: z.strictObject({ healthy_panic_threshold: z.strictObject({ value: z.literal(1) }) }),
    ...breakers(64),
    outlier_detection: outlierDetection,
    typed_extension_protocol_options: upstreamOptions(
      { http2_protocol_options: http2Options },
      { max_connection_duration: seconds(1, 3600) },
    ),
    transport_socket: upstreamTls(material).optional(),
  });

const prometheus = cluster("prometheus", { typed_extension_protocol_options: localHttp, ...breakers(1_048_576) });
const admin = cluster("admin", { typed_extension_protocol_options: localHttp });

/** envoy.config.cluster.v3.Cluster: the three that there are. */
export function clusters(material: Material) {
  const known: Readonly<Record<string, z.ZodType>> = { receiver: receiver(material), prometheus, admin };
  return z.array(byField("name", (called) => (Object.hasOwn(known, called) ? known[called] : undefined)));
}
