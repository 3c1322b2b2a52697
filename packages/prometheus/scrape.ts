import { InvalidInputError } from "@metrics-link/contract/errors.ts";
import { ports } from "@metrics-link/contract/ports.ts";
import type { Side } from "./alerts/alert.ts";
import type { ScrapeConfig } from "./configuration.ts";

const onThisHost = (side: Side, job: string, port: number, path?: string): ScrapeConfig => ({
  job_name: job,
  ...(path === undefined ? {} : { metrics_path: path }),
  static_configs: [{ targets: [`127.0.0.1:${port}`], labels: { link_side: side } }],
});

/**
 * What every host of the link watches of itself. The label tells a receiver its own series from its senders', which have
 * the same names and come from the same addresses on loopback.
 */
export const ownJobs = (side: Side): readonly ScrapeConfig[] => [
  onThisHost(side, "prometheus", ports.prometheus),
  onThisHost(side, "envoy", ports.envoyMetrics, "/stats/prometheus"),
  onThisHost(side, "node", ports.nodeExporter),
];

/**
 * Our own jobs with the user's behind them.
 * @throws InvalidInputError when two jobs have one name: Prometheus would refuse the whole configuration
 */
export function allJobs(side: Side, users: readonly ScrapeConfig[]): readonly ScrapeConfig[] {
  const own = ownJobs(side);
  const jobs = [...own, ...users];
  const names = jobs.map(({ job_name }) => job_name);
  const twice = names.filter((name, index) => names.indexOf(name) < index);
  if (twice.length > 0) {
    throw new InvalidInputError(
      "Scrape jobs cannot be told apart",
      [...new Set(twice)].map((value) => ({
        key: "job_name",
        value,
        remedy: `another name; ${names.slice(0, own.length).join(", ")} are the host's own, others may stand once`,
      })),
    );
  }
  return jobs;
}
