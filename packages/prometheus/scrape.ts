import { InvalidInputError } from "@metrics-link/contract/errors.ts";
import { ports } from "@metrics-link/contract/ports.ts";
import type { ScrapeConfig } from "./configuration.ts";

const onThisHost = (job: string, port: number, path?: string): ScrapeConfig => ({
  job_name: job,
  ...(path === undefined ? {} : { metrics_path: path }),
  static_configs: [{ targets: [`127.0.0.1:${port}`] }],
});

/** What every host of the link watches of itself. */
export const ownJobs: readonly ScrapeConfig[] = [
  onThisHost("prometheus", ports.prometheus),
  onThisHost("envoy", ports.envoyMetrics, "/stats/prometheus"),
  onThisHost("node", ports.nodeExporter),
];

/**
 * Our own jobs with the user's behind them.
 * @throws InvalidInputError when two jobs have one name: Prometheus would refuse the whole configuration
 */
export function allJobs(users: readonly ScrapeConfig[]): readonly ScrapeConfig[] {
  const jobs = [...ownJobs, ...users];
  const names = jobs.map(({ job_name }) => job_name);
  const twice = names.filter((name, index) => names.indexOf(name) < index);
  if (twice.length > 0) {
    throw new InvalidInputError(
      "Scrape jobs cannot be told apart",
      [...new Set(twice)].map((value) => ({
        key: "job_name",
        value,
        remedy: `another name; ${names.slice(0, ownJobs.length).join(", ")} are the host's own, others may stand once`,
      })),
    );
  }
  return jobs;
}
