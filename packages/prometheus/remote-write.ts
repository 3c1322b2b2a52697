import { canonicalJson, remoteWrite as link, ports, sha256 } from "@metrics-link/release";
import { type Duration, milliseconds, type PrometheusConfiguration, type RemoteWrite } from "./configuration.ts";

/** What a stack may change of the queue; the rest is the link's. */
export interface RemoteWriteOverrides {
  readonly capacity?: number | undefined;
  readonly maxShards?: number | undefined;
  readonly minShards?: number | undefined;
  readonly maxSamplesPerSend?: number | undefined;
  readonly batchSendDeadline?: Duration | undefined;
  readonly minBackoff?: Duration | undefined;
  readonly maxBackoff?: Duration | undefined;
}

/**
 * Writes to the Envoy on loopback. The name is fixed: it is a label of every metric of the queue. A change of anything
 * in here makes Prometheus rebuild the queue, and what it holds in an outage is lost.
 */
export function remoteWrite(overrides: RemoteWriteOverrides = {}): RemoteWrite {
  return {
    name: "link",
    url: `http://127.0.0.1:${ports.remoteWriteEgress}${link.path}`,
    // Longer than both Envoys' route timeouts, so that the answer 504 comes first and says where it took too long.
    remote_timeout: `${link.timeoutSeconds}s`,
    enable_http2: false,
    follow_redirects: false,
    queue_config: {
      capacity: overrides.capacity ?? 10_000,
      max_shards: overrides.maxShards ?? link.defaultMaxShards,
      ...(overrides.minShards === undefined ? {} : { min_shards: overrides.minShards }),
      max_samples_per_send: overrides.maxSamplesPerSend ?? 2_000,
      ...(overrides.batchSendDeadline === undefined ? {} : { batch_send_deadline: overrides.batchSendDeadline }),
      min_backoff: overrides.minBackoff ?? "100ms",
      max_backoff: overrides.maxBackoff ?? "30s",
      // Without it a rate limit anywhere on the way would be a loss.
      retry_on_http_429: true,
    },
    metadata_config: { send: true, send_interval: "1m" },
  };
}

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
