import { z } from "zod";
import { http2Options, upstreamOptions } from "./http.ts";
import { known as limits } from "./limits.ts";
import { address, bufferBytes, byField, whole } from "./messages.ts";
import { isService } from "./services.ts";
import { upstreamTls } from "./tls.ts";

const endpoint = z.strictObject({ endpoint: z.strictObject({ address }) });

const cluster = (called: string, connect: string, more: z.ZodRawShape) =>
  z.strictObject({
    name: z.literal(called),
    // The rules check that addresses are fixed.
    type: z.string(),
    connect_timeout: z.literal(connect),
    lb_policy: z.literal("ROUND_ROBIN"),
    per_connection_buffer_limit_bytes: bufferBytes,
    load_assignment: z.strictObject({
      cluster_name: z.literal(called),
      endpoints: z.tuple([z.strictObject({ lb_endpoints: z.array(endpoint) })]),
    }),
    ...more,
  });

/** @param requests limit on requests in flight, within the bounds that a configuration allows */
const breakers = (connections: z.ZodType, requests: z.ZodType) => ({
  circuit_breakers: z.strictObject({
    thresholds: z.tuple([
      z.strictObject({
        max_connections: connections,
        max_pending_requests: requests,
        max_requests: requests,
        track_remaining: z.literal(true),
      }),
    ]),
  }),
});

const localHttp = upstreamOptions({ http_protocol_options: z.strictObject({}) }, limits.local.idle);

/** Two failed connections eject an address for a while; the receiver's responses never do. */
const outlierDetection = z.strictObject({
  split_external_local_origin_errors: z.literal(true),
  consecutive_local_origin_failure: z.literal(2),
  enforcing_consecutive_local_origin_failure: z.literal(100),
  enforcing_local_origin_success_rate: z.literal(0),
  enforcing_consecutive_5xx: z.literal(0),
  enforcing_consecutive_gateway_failure: z.literal(0),
  enforcing_success_rate: z.literal(0),
  base_ejection_time: z.literal(limits.receiver.ejection),
  max_ejection_time: z.literal(limits.receiver.longestEjection),
  max_ejection_percent: z.literal(100),
});

const receiver = cluster("receiver", limits.receiver.connect, {
  common_lb_config: z.strictObject({ healthy_panic_threshold: z.strictObject({ value: z.literal(1) }) }),
  // Twice the sum of one request for each shard and one for metadata, with 1 to 500 shards.
  ...breakers(z.literal(limits.receiver.connections), whole(4, 1002)),
  outlier_detection: outlierDetection,
  typed_extension_protocol_options: upstreamOptions(
    { http2_protocol_options: http2Options(limits.streams.receiver) },
    limits.receiver.idle,
    { max_connection_duration: z.literal(limits.connectionLifetime) },
  ),
  transport_socket: upstreamTls.optional(),
});

// At least the requests that all senders together may have in flight: the rule shares-fit checks it.
const atOnce = whole(1024, 1_048_576);
const breaking = (called: string) =>
  cluster(called, limits.local.connect, { typed_extension_protocol_options: localHttp, ...breakers(atOnce, atOnce) });
const requests = z.literal(limits.requestsOfService);
/** The server behind a metrics service, which is not ours: it gets few requests at once. */
const ofService = (called: string) =>
  cluster(called, limits.local.connect, {
    typed_extension_protocol_options: localHttp,
    ...breakers(requests, requests),
  });
const admin = cluster("admin", limits.local.connect, { typed_extension_protocol_options: localHttp });

/** envoy.config.cluster.v3.Cluster: the known ones. */
const known: Readonly<Record<string, z.ZodType>> = {
  receiver,
  prometheus: breaking("prometheus"),
  gate: breaking("gate"),
  admin,
};
export const clusters = z.array(
  byField("name", (called) => {
    if (isService(called)) return ofService(called);
    return Object.hasOwn(known, called) ? known[called] : undefined;
  }),
);
