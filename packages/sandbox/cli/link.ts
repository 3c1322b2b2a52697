import { isDeepStrictEqual } from "node:util";
import type { PrometheusApi } from "./prometheus-api.ts";
import { type Comparison, compareSamples } from "./samples.ts";

/** Samples younger than this may still be in flight: a batch leaves after at most 5 s (batch_send_deadline). */
const settledSeconds = 8;
const windowSeconds = 60;

export interface LinkState {
  /** "not known" when the sender's Prometheus does not answer. */
  readonly state: "up" | "behind" | "not configured" | "not known";
  /** Since when the receiver has not acknowledged what the sender stored, by the sender's clock. */
  readonly lagSeconds: number | null;
}

const remoteStorage = "prometheus_remote_storage";

/**
 * How far the receiver has acknowledged what the sender stored; undefined when there is no queue. By the sender's own rules
 * and clock: the queue's newest acknowledged time may be one that a target told, minutes in the future.
 */
export const newestAcknowledged = (sender: PrometheusApi): Promise<number | undefined> =>
  sender.value("max(metrics_link:link_acknowledged:timestamp_seconds)");

/** A link that is up may show this lag, or what its intervals make of it. */
const leastBehindSeconds = 30;

/** The state of the link and its lag. */
export async function linkState(sender: PrometheusApi, now: number): Promise<LinkState> {
  const sent = await newestAcknowledged(sender);
  if (sent === undefined) return { state: "not configured", lagSeconds: null };
  const lagSeconds = Math.max(0, Math.round((now - sent) * 10) / 10);
  const healthy = (await sender.value("max(metrics_link:link_healthy_lag:seconds)")) ?? 0;
  return { state: lagSeconds <= Math.max(leastBehindSeconds, healthy) ? "up" : "behind", lagSeconds };
}

/**
 * Compares the raw samples of one common recent window on both sides, every series of the sender.
 * The window starts after the sender's queue was created: Prometheus does not send what it scraped before that. Nor does it
 * reach back to before a change of the external labels: under the new ones nothing of that time was ever to arrive.
 * @param ofOthers the external labels of the other senders of this receiver
 */
export async function compareRecent(
  sender: PrometheusApi,
  receiver: PrometheusApi,
  externalLabels: Readonly<Record<string, string>>,
  now: number,
  seconds = windowSeconds,
  ofOthers: readonly Readonly<Record<string, string>>[] = [],
): Promise<Comparison & { readonly seconds: number }> {
  const end = Math.floor(now) - settledSeconds;
  const [queue, otherLabels] = await Promise.all([
    sender.value(`min_over_time(timestamp(${remoteStorage}_shards)[10m:1s])`, end),
    lastUnderOtherLabels(receiver, externalLabels, ofOthers, end),
  ]);
  const began = queue === undefined ? undefined : Math.max(queue, otherLabels);
  const window = began === undefined ? 0 : Math.min(seconds, Math.floor(end - began) - 1);
  if (window < 1) return { ...compareSamples([], [], externalLabels), seconds: 0 };
  return { ...(await compareWindow(sender, receiver, externalLabels, end, window)), seconds: window };
}

/** From the last scrape under the old labels until all of them are under the new ones. */
const changeSeconds = 3;

/**
 * When the sender's series last came under other external labels, and all of them had changed; 0 if not within minutes. Of
 * several senders a series is that one's with which it has the most labels in common.
 */
async function lastUnderOtherLabels(
  receiver: PrometheusApi,
  externalLabels: Readonly<Record<string, string>>,
  ofOthers: readonly Readonly<Record<string, string>>[],
  end: number,
): Promise<number> {
  const found = await receiver.vector('timestamp(up{job="prometheus",link_side="sends"})', end);
  const others = found.filter(({ metric: { job: _job, instance: _instance, link_side: _side, ...rest } }) => {
    if (isDeepStrictEqual({ ...rest }, { ...externalLabels })) return false;
    const inCommon = (labels: Readonly<Record<string, string>>) =>
      Object.entries(labels).filter(([name, value]) => rest[name] === value).length;
    return !ofOthers.some((labels) => inCommon(labels) > inCommon(externalLabels));
  });
  return Math.max(0, ...others.map(({ value }) => Number(value[1]) + changeSeconds));
}

/** The receiver's own alert series about a sender carry that sender's labels, but were never sent. */
const notOfTheReceiver = 'link_side!="receives"';

/** Compares the raw samples of the `seconds` that end at `end`, every series of the sender. */
export async function compareWindow(
  sender: PrometheusApi,
  receiver: PrometheusApi,
  externalLabels: Readonly<Record<string, string>>,
  end: number,
  seconds: number,
): Promise<Comparison> {
  const labels = Object.entries(externalLabels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const [sent, received] = await Promise.all([
    sender.raw('{__name__=~".+"}', seconds, end),
    receiver.raw(`{${['__name__=~".+"', notOfTheReceiver, ...labels].join(",")}}`, seconds, end),
  ]);
  return compareSamples(sent, received, externalLabels);
}
