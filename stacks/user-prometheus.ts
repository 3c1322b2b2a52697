import type { Configuration } from "@metrics-link/config";
import { InvalidInputError, type Problem } from "@metrics-link/contract";
import { ruleFilesOf, scrapeFilesOf } from "@metrics-link/prometheus";
import { authorityIn, clientCertificateIn } from "./alertmanager-certificates.ts";
import { yamlFiles } from "./repository-files.ts";
import { checkSecrets } from "./user-secrets.ts";

/**
 * The user's additions to Prometheus: jobs and rules from the configured folders, alert settings and Alertmanagers.
 * @throws InvalidInputError with the problems of all files together
 */
export function userPrometheus({ scrapeConfigs, secrets, rules, alerts, alertmanagers }: Configuration["prometheus"]) {
  const [scrape, rule] = [yamlFiles("prometheus.scrapeConfigs", scrapeConfigs), yamlFiles("prometheus.rules", rules)];
  const problems: Problem[] = [...scrape.problems, ...rule.problems];
  const scrapeFiles = usable(problems, () => scrapeFilesOf(scrape.files));
  if (scrapeFiles !== undefined)
    usable(problems, () =>
      checkSecrets(
        scrapeFiles.flatMap(({ jobs }) => jobs),
        secrets,
      ),
    );
  const ruleFiles = usable(problems, () => ruleFilesOf(rule.files));
  const authorities = alertmanagers.map(({ ca }, index) =>
    usable(problems, () => (ca === undefined ? undefined : authorityIn(index, ca))),
  );
  const certificates = alertmanagers.map(({ clientCertificate: given }, index) =>
    usable(problems, () => given && clientCertificateIn(index, given)),
  );
  if (problems.length > 0)
    throw new InvalidInputError("Files for Prometheus cannot be used", problems, "REPOSITORY_FILE_INVALID");
  return {
    scrapeFiles: scrapeFiles ?? [],
    ruleFiles: ruleFiles ?? [],
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
