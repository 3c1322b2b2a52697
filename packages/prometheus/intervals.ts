import { remoteWrite as link } from "@metrics-link/release";
import { type Duration, milliseconds, type PrometheusConfiguration, shorter } from "./configuration.ts";

/**
 * The longest interval of the host's own jobs and rules. What the agent and the alerts look at must be recent, however
 * rarely a user's targets are scraped: `scrapeInterval` may be longer.
 */
const longestOwnInterval = "1m";

/** How often the host scrapes itself and evaluates the link's own rules. */
export const ownInterval = (scrapeInterval: Duration): Duration => shorter(scrapeInterval, longestOwnInterval);

/** Prometheus' default for `batch_send_deadline`. */
const defaultBatchDeadline = "5s";
/** A batch's way to the receiver and back, a pause of its first retries included. */
const answerSeconds = 10;
const seconds = (duration: Duration) => milliseconds(duration) / 1000;

/** How long a batch waits to become full, and how long it may take to be acknowledged on a link that is up. Seconds. */
export function batchSecondsOf({ remote_write = [] }: Pick<PrometheusConfiguration, "remote_write">): number {
  const deadlines = remote_write.map(({ queue_config }) => queue_config.batch_send_deadline ?? defaultBatchDeadline);
  return Math.ceil(Math.max(0, ...deadlines.map(seconds))) + answerSeconds;
}

/**
 * The longest pause between two writes on a healthy link, in whole seconds: the host's own jobs have samples once an
 * interval. A receiver does not know its senders' settings, so it assumes the longest.
 */
export function quietSecondsOf(configuration: PrometheusConfiguration): number {
  if (configuration.remote_write === undefined)
    return seconds(longestOwnInterval) + link.longestBatchDeadlineSeconds + answerSeconds;
  return Math.ceil(seconds(ownInterval(configuration.global.scrape_interval))) + batchSecondsOf(configuration);
}

/** Long enough for a restart of Envoy or Prometheus, and for a write that proves the link after it. */
export const probeSecondsOf = (configuration: PrometheusConfiguration): number =>
  Math.max(60, quietSecondsOf(configuration) + 15);
