import { secondsOf } from "@metrics-link/release";
import type { PrometheusConfiguration } from "./configuration.ts";

/** From the end of a scrape or an evaluation until its samples can be read. */
const commitSeconds = 2;

/**
 * How long after its own time a sample may be stored, in seconds: a scrape has the time of its beginning and may take as
 * long as its timeout, a rule that of its evaluation, which may take as long as the interval. A target that tells times of
 * its own (`honor_timestamps`) may be later.
 */
export function latenessOf({ global, scrape_configs }: PrometheusConfiguration): number {
  const durations = [
    global.scrape_timeout,
    global.evaluation_interval,
    ...scrape_configs.flatMap(({ scrape_timeout }) => (typeof scrape_timeout === "string" ? [scrape_timeout] : [])),
  ];
  return Math.ceil(Math.max(...durations.map(secondsOf)) + commitSeconds);
}
