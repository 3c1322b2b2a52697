import { canonicalJson, sha256 } from "@metrics-link/release";
import type { PrometheusConfiguration } from "./configuration.ts";
import { milliseconds } from "./duration.ts";

/** Prometheus' default for `batch_send_deadline`. */
const defaultDeadline = "5s";
/** A batch's way to the receiver and back, a pause of its first retries included. */
const answerSeconds = 10;

/**
 * What the remote-write queue is made from: a reload in which it is the same keeps the queue and what waits in it
 * (Prometheus compares these, storage/remote/write.go, ApplyConfig). Undefined without a queue.
 */
export function queueOf({
  global,
  remote_write,
}: PrometheusConfiguration): { readonly sha256: string; readonly settleSeconds: number } | undefined {
  if (remote_write === undefined) return undefined;
  const deadlines = remote_write.map(
    ({ queue_config }) => milliseconds(queue_config.batch_send_deadline ?? defaultDeadline) / 1000,
  );
  return {
    sha256: sha256(canonicalJson({ remote_write, external_labels: global.external_labels })),
    settleSeconds: Math.ceil(Math.max(...deadlines)) + answerSeconds,
  };
}
