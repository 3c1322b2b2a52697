import { firstUnprivilegedPort, ports } from "@metrics-link/release";
import { addressOf } from "./addresses.ts";
import type { Side } from "./alerts/alert.ts";
import { type Duration, milliseconds, type ScrapeConfig, targetsOf } from "./configuration.ts";
import { ownInterval } from "./intervals.ts";

const onThisHost = (
  side: Side,
  interval: Pick<ScrapeConfig, "scrape_interval">,
  job: string,
  port: number,
  path?: string,
): ScrapeConfig => ({
  job_name: job,
  ...interval,
  ...(path === undefined ? {} : { metrics_path: path }),
  static_configs: [{ targets: [`127.0.0.1:${port}`], labels: { link_side: side } }],
});

/**
 * The scrape jobs that every host has for itself. The label distinguishes a receiver's own series from its senders',
 * which have the same names and the same loopback addresses.
 * @param scrapeInterval the user's; a longer one than the agent and the alerts can live with is not theirs
 */
export function ownJobs(side: Side, scrapeInterval: Duration): readonly ScrapeConfig[] {
  const own = ownInterval(scrapeInterval);
  const interval = milliseconds(own) === milliseconds(scrapeInterval) ? {} : { scrape_interval: own };
  return [
    onThisHost(side, interval, "prometheus", ports.prometheus),
    onThisHost(side, interval, "envoy", ports.envoyMetrics, "/stats/prometheus"),
    onThisHost(side, interval, "node", ports.nodeExporter),
  ];
}

/** Names that a user's job may not have. */
export const ownJobNames: readonly string[] = ownJobs("sends", "15s").map(({ job_name }) => job_name);

/**
 * Default scrape limits, for Prometheus' `global` section; a job may override them. Prometheus rejects a scrape that
 * exceeds one as a whole. Each of the host's own jobs returns about 2,000 samples in 300 kB, and
 * 10,000 at a receiver with 1,000 senders.
 */
export const scrapeLimits = {
  body_size_limit: "20MB",
  sample_limit: 50_000,
  label_limit: 64,
  label_name_length_limit: 256,
  label_value_length_limit: 2048,
  target_limit: 500,
} as const;

/** The port that a target names. */
const portOf = (target: string): string | undefined => /:(\d+)$/.exec(target)?.[1];

const ownPorts = ownJobs("sends", "15s").flatMap(targetsOf).map(portOf).map(Number);

/** Targets on this host at a port that the kernel keeps for the link and at which none of its services serves metrics. */
export function targetsOnReservedPorts(
  jobs: readonly ScrapeConfig[],
): { readonly job: string; readonly target: string }[] {
  return jobs.flatMap((job) =>
    targetsOf(job)
      .filter((target) => addressOf(target) === undefined)
      .filter((target) => {
        const port = Number(portOf(target) ?? (job.scheme === "https" ? ports.https : 80));
        return port < firstUnprivilegedPort && !ownPorts.includes(port);
      })
      .map((target) => ({ job: job.job_name, target })),
  );
}
