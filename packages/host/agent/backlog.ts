import type { ChangeAction, Release, ReleaseService } from "@metrics-link/release";
import { type Metrics, readMetrics } from "../common/prometheus-metrics.ts";
import type { Effects } from "./effects.ts";

type Queue = NonNullable<ReleaseService["queue"]>;

const remoteStorage = "prometheus_remote_storage";
const pollMs = 250;

/**
 * The queue that a change of a service would drop; undefined when it has none, or keeps it.
 * @param served what the service may be running on; undefined for a release that nobody knows any more
 */
export function queueAtStake(
  service: ReleaseService,
  action: ChangeAction | undefined,
  served: readonly (Release | undefined)[],
): Queue | undefined {
  if (action === undefined || action === "nothing") return undefined;
  const queues = served.flatMap((release) =>
    // Of a release that is unknown the best guess is that it had the queue that is wanted now.
    release === undefined ? service : (release.services.find(({ unit }) => unit === service.unit) ?? []),
  );
  return queues
    .flatMap(({ queue }) => queue ?? [])
    .find(({ sha256 }) => action === "restart" || sha256 !== service.queue?.sha256);
}

/**
 * Waits until a queue has nothing to lose: all that Prometheus had stored when it was first asked is acknowledged. Does not
 * wait when the link has obviously been down for longer than that may take.
 * @returns why not, when that did not happen in time or Prometheus does not say
 */
export async function unsent(effects: Effects, { metricsUrl, settleSeconds }: Queue): Promise<string | undefined> {
  const deadline = effects.now() + settleSeconds * 1000;
  let first: Reading | undefined;
  let said = "";
  for (;;) {
    try {
      const now = readingOf(await readMetrics(effects, metricsUrl));
      if (now === undefined) return undefined;
      const age = Math.max(0, Math.round(effects.now() / 1000 - now.sent));
      said = `${now.pending} samples wait in the queue, the newest acknowledged one is ${age} s old`;
      if (first === undefined && now.pending > 0 && age > settleSeconds) return said;
      first ??= now;
      if (isSent(first, now)) return undefined;
    } catch (error) {
      said = (error as Error).message;
    }
    if (effects.now() >= deadline) return said;
    await effects.sleep(pollMs);
  }
}

/** Times in seconds since 1970. */
interface Reading {
  readonly stored: number;
  readonly sent: number;
  readonly pending: number;
  readonly retried: number;
  /** How many WAL segments the queue's reader is behind the newest one. */
  readonly segmentsBehind: number;
}

/** Undefined when there is no queue at all. */
function readingOf(metrics: Metrics): Reading | undefined {
  const sent = metrics.sum(`${remoteStorage}_queue_highest_sent_timestamp_seconds`);
  if (sent === undefined) return undefined;
  const wanted = (name: string) => {
    const found = metrics.sum(name);
    if (found === undefined) throw new Error(`Prometheus has no metric ${name}`);
    return found;
  };
  return {
    sent,
    stored: wanted("prometheus_tsdb_head_max_time_seconds"),
    pending: wanted(`${remoteStorage}_samples_pending`),
    retried: wanted(`${remoteStorage}_samples_retried_total`),
    segmentsBehind: wanted("prometheus_tsdb_wal_segment_current") - wanted("prometheus_wal_watcher_current_segment"),
  };
}

/**
 * One timestamp alone proves nothing: a sample from the future that was sent before an outage would hide all of it. So
 * the queue must be empty as well, or must have gone on sending without a failure while it was looked at, past the whole
 * second in which the newest stored sample lies: Prometheus tells these times without their fraction.
 */
function isSent(first: Reading, now: Reading): boolean {
  if (now.segmentsBehind > 0 || now.sent < first.stored) return false;
  return now.pending === 0 || (now.sent > Math.max(first.stored, first.sent) && now.retried === first.retried);
}
