import type { Configuration } from "@metrics-link/config";
import { InvalidInputError, type Problem } from "@metrics-link/contract";
import {
  judgedRuleFiles,
  judgedScrapeFiles,
  renderSender,
  secretProblems,
  wayProblems,
} from "@metrics-link/prometheus";
import { authorityIn, clientCertificateIn } from "./alertmanager-certificates.ts";
import { checkedPrometheusFiles } from "./prometheus-files.ts";
import { yamlFiles } from "./repository-files.ts";

/**
 * The user's additions to Prometheus: jobs and rules from the configured folders, alert settings and Alertmanagers.
 * @throws InvalidInputError with the problems of all files together
 */
export function userPrometheus({ prometheus, network }: Pick<Configuration, "prometheus" | "network">) {
  const { scrapeConfigs, secrets, rules, alerts, alertmanagers } = prometheus;
  const scrapeFolder = yamlFiles("prometheus.scrapeConfigs", scrapeConfigs);
  const ruleFolder = yamlFiles("prometheus.rules", rules);
  const [scrape, rule] = [judgedScrapeFiles(scrapeFolder.files), judgedRuleFiles(ruleFolder.files)];
  const problems: Problem[] = [
    ...[scrapeFolder, ruleFolder, scrape, rule].flatMap((one) => one.problems),
    ...secretProblems(scrape.files, secrets, prometheus.scrapeIdentity),
    ...wayProblems(scrape.files, network.targets),
  ];
  const authorities = alertmanagers.map(({ ca }, index) =>
    usable(problems, () => (ca === undefined ? undefined : authorityIn(index, ca))),
  );
  const certificates = alertmanagers.map(({ clientCertificate: given }, index) =>
    usable(problems, () => given && clientCertificateIn(index, given)),
  );
  if (problems.length > 0) {
    // promtool is asked about the rest, so that a user does not mend a file only to hear of the next mistake.
    const { scrapeInterval, externalLabels } = prometheus;
    const rest = { scrapeInterval, externalLabels, scrapeFiles: scrape.files, ruleFiles: rule.files };
    usable(problems, () => checkedPrometheusFiles(renderSender({ ...rest, linked: false })));
    throw new InvalidInputError("Files for Prometheus cannot be used", problems, "REPOSITORY_FILE_INVALID");
  }
  return {
    scrapeFiles: scrape.files,
    ruleFiles: rule.files,
    alerts,
    alertmanagers: alertmanagers.map(({ url, basicAuth, bearerToken }, index) => ({
      url,
      ca: authorities[index],
      username: basicAuth?.username,
      secret: basicAuth ? ("password" as const) : bearerToken ? ("token" as const) : undefined,
      certificate: certificates[index],
    })),
  };
}

/** What was read, or undefined after its problems were noted: so that all files' problems are told at once. */
function usable<Read>(problems: Problem[], read: () => Read): Read | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}
