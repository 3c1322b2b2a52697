import { isIPv4 } from "node:net";
import { InvalidInputError, type Problem } from "@metrics-link/contract";
import { ports } from "@metrics-link/release";
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
 * What a scrape may bring unless its job says otherwise, as Prometheus' `global` section has it. One beyond a limit is
 * refused whole. The host's own jobs bring about 2,000 samples in 300 kB each.
 */
export const scrapeLimits = {
  body_size_limit: "20MB",
  sample_limit: 50_000,
  label_limit: 64,
  label_name_length_limit: 256,
  label_value_length_limit: 2048,
  target_limit: 500,
} as const;

/** An address of one host: not this network (0/8), link-local, multicast or reserved (RFC 6890). */
const isHost = (address: string) => isIPv4(address) && !/^(0|169\.254|22[4-9]|2[3-5]\d)\./.test(address);

/**
 * The addresses that jobs scrape, besides loopback: Prometheus' unit can speak to these and to no others.
 * @throws InvalidInputError for a target that is no address of a host
 */
export function scrapedAddresses(jobs: readonly ScrapeConfig[]): readonly string[] {
  const problems: Problem[] = [];
  const found = jobs.flatMap((job) => {
    return (job.static_configs ?? []).flatMap(({ targets }) =>
      targets.flatMap((target) => {
        const host = target.replace(/:\d+$/, "");
        if (/^(localhost|127(\.\d+){3}|\[::1\])$/.test(host)) return [];
        if (isHost(host)) return [host];
        const remedy = "an IPv4 address and a port, such as 127.0.0.1:9400; not a name, and not a link-local address";
        problems.push({ key: `scrape_configs ${job.job_name}: targets`, value: target, remedy });
        return [];
      }),
    );
  });
  if (problems.length > 0) throw new InvalidInputError("Scrape targets cannot be reached", problems);
  return [...new Set(found)].sort();
}

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
