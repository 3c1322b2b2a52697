import { canonicalJson, remoteWrite as link, ports, queueDefaults, sha256 } from "@metrics-link/release";
import type { Duration, Labels, PrometheusConfiguration, RemoteWrite } from "./configuration.ts";
import { identityRules } from "./identity.ts";
import { batchSecondsOf } from "./intervals.ts";

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
 * @param externalLabels the sender's identity
 */
export function remoteWrite(overrides: RemoteWriteOverrides, externalLabels: Labels): RemoteWrite {
  return {
    name: "link",
    url: `http://127.0.0.1:${ports.remoteWriteEgress}${link.path}`,
    // Longer than both Envoys' route timeouts, so that the answer 504 comes first and says where it took too long.
    remote_timeout: `${link.timeoutSeconds}s`,
    enable_http2: false,
    follow_redirects: false,
    queue_config: {
      capacity: overrides.capacity ?? queueDefaults.capacity,
      max_shards: overrides.maxShards ?? queueDefaults.maxShards,
      ...(overrides.minShards === undefined ? {} : { min_shards: overrides.minShards }),
      max_samples_per_send: overrides.maxSamplesPerSend ?? queueDefaults.maxSamplesPerSend,
      ...(overrides.batchSendDeadline === undefined ? {} : { batch_send_deadline: overrides.batchSendDeadline }),
      min_backoff: overrides.minBackoff ?? queueDefaults.minBackoff,
      max_backoff: overrides.maxBackoff ?? queueDefaults.maxBackoff,
      // Without it a rate limit anywhere on the way would be a loss.
      retry_on_http_429: true,
    },
    metadata_config: { send: true, send_interval: "1m" },
    write_relabel_configs: identityRules(externalLabels),
  };
}

/**
 * What the remote-write queue is made from: a reload in which it is the same keeps the queue and what waits in it
 * (Prometheus compares these, storage/remote/write.go, ApplyConfig). Undefined without a queue.
 */
export function queueOf({
  global,
  remote_write,
}: PrometheusConfiguration): { readonly sha256: string; readonly settleSeconds: number } | undefined {
  if (remote_write === undefined) return undefined;
  return {
    sha256: sha256(canonicalJson({ remote_write, external_labels: global.external_labels })),
    settleSeconds: batchSecondsOf({ remote_write }),
  };
}
