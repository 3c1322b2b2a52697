import { queueDefaults, remoteWrite as wire } from "@metrics-link/release";
import { z } from "zod";
import { duration, integer, key } from "./values.ts";

const queue = "a change rebuilds the queue";

/** Overrides of the sender's queue (Prometheus, `remote_write.queue_config`). */
export const remoteWrite = z.strictObject({
  capacity: key(integer(1, 1_000_000, "samples buffered per shard").optional(), {
    description: "Samples buffered per shard.",
    fallback: `\`${queueDefaults.capacity}\``,
    example: "10000",
    affects: queue,
  }),
  // Below Envoy's circuit breaker of 1024.
  maxShards: key(integer(1, 500, "shards").optional(), {
    description: "Shards at most.",
    fallback: `\`${queueDefaults.maxShards}\``,
    example: "50",
    affects: queue,
    stricter: "Prometheus takes any number. The sender's Envoy lets 1024 requests wait.",
  }),
  minShards: key(integer(1, 500, "shards").optional(), {
    description: "Shards at least.",
    fallback: `Prometheus' own, \`${queueDefaults.minShards}\``,
    example: "2",
    affects: queue,
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
      fallback: `\`${queueDefaults.maxSamplesPerSend}\``,
      example: "2000",
      affects: queue,
      stricter: "Prometheus takes any number. The receiver's Envoy takes bodies of 2 MiB.",
    },
  ),
  batchSendDeadline: key(
    duration("100ms", `${wire.longestBatchDeadlineSeconds}s`, "how long a batch may wait to become full").optional(),
    {
      description: "How long a batch waits to become full. The receiver takes a longer pause for an outage.",
      fallback: "Prometheus' own, `5s`",
      example: "5s",
      affects: `the lag of a quiet link; ${queue}`,
      stricter: "Prometheus takes any time. The receiver must know after which pause a sender is silent.",
    },
  ),
  minBackoff: key(duration("10ms", "1m", "the first wait before a failed batch is sent again").optional(), {
    description: "The first wait before a failed batch is sent again.",
    fallback: `\`${queueDefaults.minBackoff}\``,
    example: "100ms",
    affects: queue,
  }),
  maxBackoff: key(duration("100ms", "2m", "the longest wait before a failed batch is sent again").optional(), {
    description: "The longest such wait.",
    fallback: `\`${queueDefaults.maxBackoff}\``,
    example: "30s",
    affects: `how soon the backlog moves after an outage; ${queue}`,
    stricter: "Prometheus takes any time. The queue would stand still for as long after the link is back.",
  }),
});
