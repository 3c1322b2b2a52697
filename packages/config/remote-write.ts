import { remoteWrite as wire } from "@metrics-link/release";
import { z } from "zod";
import { between, duration, integer, key } from "./values.ts";

/** Overrides of the sender's queue (Prometheus, `remote_write.queue_config`). */
export const remoteWrite = z.strictObject({
  capacity: key(integer(1, 1_000_000, "samples buffered per shard").optional(), {
    description: "Samples buffered per shard.",
    fallback: "`10000`",
    example: "10000",
  }),
  // Below Envoy's circuit breaker of 1024.
  maxShards: key(integer(1, 500, "shards").optional(), {
    description: "Shards at most.",
    fallback: `\`${wire.defaultMaxShards}\``,
    example: "50",
  }),
  minShards: key(integer(1, 500, "shards").optional(), {
    description: "Shards at least.",
    fallback: "Prometheus' own, 1",
    example: "2",
  }),
  // Remote Write 1 takes about 23 bytes a sample on the wire: 10,000 are a ninth of what Envoy lets through.
  maxSamplesPerSend: key(
    integer(
      1,
      10_000,
      "samples a request: the receiver's Envoy refuses bodies above 2 MiB, and their samples are lost",
    ).optional(),
    {
      description:
        "Samples in one request. The receiver's Envoy takes bodies of 2 MiB; 10000 samples are about 230 KB.",
      fallback: "`2000`",
      example: "2000",
    },
  ),
  batchSendDeadline: key(between("1ms", `${wire.longestBatchDeadlineSeconds}s`).optional(), {
    description: "How long a batch waits to become full. The receiver takes a longer pause for an outage.",
    range: `a duration up to \`${wire.longestBatchDeadlineSeconds}s\``,
    fallback: "Prometheus' own, `5s`",
    example: "5s",
  }),
  minBackoff: key(duration.optional(), {
    description: "The first wait before a failed batch is sent again.",
    range: "a duration",
    fallback: "`100ms`",
    example: "100ms",
  }),
  maxBackoff: key(duration.optional(), {
    description: "The longest such wait.",
    range: "a duration",
    fallback: "`30s`",
    example: "30s",
  }),
});
