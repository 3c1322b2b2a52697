import type { Configuration } from "@metrics-link/config";
import {
  jobsInPlainText,
  type Rendering,
  type ScrapeConfig,
  secretNamesIn,
  targetsOnReservedPorts,
} from "@metrics-link/prometheus";
import { firstUnprivilegedPort } from "@metrics-link/release";

/**
 * What is allowed and probably not meant, for warnings of a preview.
 * @returns one sentence each, without a secret
 */
export function doubtsAbout({ prometheus, network }: Configuration, { scrapeFiles }: Rendering): string[] {
  const jobs = scrapeFiles.flatMap((file) => file.jobs);
  return [
    ...doubtsAboutSecrets(jobs, Object.keys(prometheus.secrets)),
    ...targetsOnReservedPorts(jobs).map(
      ({ job, target }) =>
        `The scrape job ${job} has the target ${target}, where nothing can listen: on a host the ports below ` +
        `${firstUnprivilegedPort} are the link's. Let the exporter listen on port ${firstUnprivilegedPort} or above`,
    ),
    ...(network.endpointServices.length > 0 ? [] : prometheus.alertmanagers).map(
      ({ url }) =>
        `No host reaches the Alertmanager ${url} by itself: a host has no way out but the link and its endpoints. ` +
        "metrics-link:network.endpointServices takes the endpoint service in front of it",
    ),
  ];
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
