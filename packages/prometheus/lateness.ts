import { secondsOf } from "@metrics-link/release";
import type { Labels, PrometheusConfiguration, ScrapeConfig } from "./configuration.ts";

/** From the end of a scrape or an evaluation until its samples are readable. */
const commitSeconds = 2;

/** What the repairer has to know of a configuration. Times in seconds. */
export interface Lateness {
  /**
   * How long after its own time a sample is stored at most: a scrape has the time of its beginning and may take as long as its
   * timeout, a rule that of its evaluation, which may take as long as the interval. Targets that tell times of their own
   * (`honor_timestamps`) and rule groups with a `query_offset` or an interval of their own may be later: the repairer finds
   * their series by what is stored, and reads the rule groups' durations from Prometheus.
   */
  readonly lateSeconds: number;
  /** The longest interval of a job, and of a rule group without one of its own: each series has a sample so often. */
  readonly intervalSeconds: number;
  /** The sender's identity. */
  readonly externalLabels: Labels;
}

/** @param jobs every job, the user's too */
export function latenessOf({ global }: PrometheusConfiguration, jobs: readonly ScrapeConfig[]): Lateness {
  const longest = (field: "scrape_timeout" | "scrape_interval", inForce: readonly string[]) =>
    Math.max(
      ...[...inForce, ...jobs.flatMap((job) => (typeof job[field] === "string" ? [job[field]] : []))].map(secondsOf),
    );
  return {
    lateSeconds: Math.ceil(
      longest("scrape_timeout", [global.scrape_timeout, global.evaluation_interval]) + commitSeconds,
    ),
    intervalSeconds: Math.ceil(longest("scrape_interval", [global.scrape_interval, global.evaluation_interval])),
    externalLabels: global.external_labels,
  };
}
