import type { Configuration } from "@metrics-link/config";
import {
  jobsInPlainText,
  type Rendering,
  type ScrapeConfig,
  secretNamesIn,
  targetsOnReservedPorts,
} from "@metrics-link/prometheus";
import { firstUnprivilegedPort, fixedLabels } from "@metrics-link/release";

/**
 * What is allowed and probably not meant, for warnings of a preview.
 * @returns one sentence each, without a secret
 */
export function doubtsAbout({ role, prometheus, network }: Configuration, { scrapeFiles }: Rendering): string[] {
  const jobs = scrapeFiles.flatMap((file) => file.jobs);
  return [
    ...doubtsAboutSecrets(jobs, Object.keys(prometheus.secrets)),
    ...targetsOnReservedPorts(jobs).map(
      ({ job, target }) =>
        `The scrape job ${job} has the target ${target}, where nothing can listen: on a host the ports below ` +
        `${firstUnprivilegedPort} are the link's. Let the exporter listen on port ${firstUnprivilegedPort} or above`,
    ),
    ...(role === "sender" ? doubtsAboutLabels(jobs, prometheus.externalLabels) : []),
    ...(network.endpointServices.length > 0 ? [] : prometheus.alertmanagers).map(
      ({ url }) =>
        `No host reaches the Alertmanager ${url} by itself: a host has no way out but the link and its endpoints. ` +
        "metrics-link:network.endpointServices takes the endpoint service in front of it",
    ),
  ];
}

/** What a target tells is not known here, but what a job says of its targets. */
function doubtsAboutLabels(jobs: readonly ScrapeConfig[], externalLabels: Readonly<Record<string, string>>): string[] {
  return fixedLabels(externalLabels).flatMap(({ name, value, keptAs }) =>
    jobs
      .filter(({ static_configs = [] }) => static_configs.some(({ labels = {} }) => (labels[name] ?? value) !== value))
      .map(
        ({ job_name }) =>
          `The scrape job ${job_name} has a label ${name} of its own, which arrives at the receiver as ${keptAs}: ` +
          "each series carries this sender's labels (docs/operate.md, Labels on the way)",
      ),
  );
}

function doubtsAboutSecrets(jobs: readonly ScrapeConfig[], secrets: readonly string[]): string[] {
  const used = secretNamesIn(jobs);
  return [
    ...secrets
      .filter((name) => !used.includes(name))
      .map((name) => `metrics-link:prometheus.secrets.${name} stays off the host: no scrape job names secrets/${name}`),
    ...jobsInPlainText(jobs).map(
      (name) =>
        `The scrape job ${name} sends its credentials to its targets in clear: scheme: https would protect them`,
    ),
  ];
}
