import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Configuration } from "@metrics-link/config";
import { certificatesOf, InvalidInputError, unlessOtherText } from "@metrics-link/contract";
import { scrapeJobsOf } from "@metrics-link/prometheus";
import { repositoryRoot, yamlFiles } from "./repository-files.ts";
import { certificateOf, checkedSecrets } from "./user-secrets.ts";

/** The user's additions to Prometheus: jobs and rules from the configured folders, alert settings and Alertmanagers. */
export function userPrometheus({ scrapeConfigs, secrets, rules, alerts, alertmanagers }: Configuration["prometheus"]) {
  return {
    scrapeConfigs: checkedSecrets(scrapeJobsOf(yamlFiles("prometheus.scrapeConfigs", scrapeConfigs)), secrets),
    ruleFiles: yamlFiles("prometheus.rules", rules),
    alerts,
    alertmanagers: alertmanagers.map(({ url, ca, basicAuth, bearerToken, clientCertificate }, index) => ({
      url,
      ca: ca === undefined ? undefined : authorityIn(`prometheus.alertmanagers[${index}].ca`, ca),
      username: basicAuth?.username,
      secret: basicAuth ? ("password" as const) : bearerToken ? ("token" as const) : undefined,
      certificate:
        clientCertificate && certificateOf(`prometheus.alertmanagers[${index}].clientCertificate`, clientCertificate),
    })),
  };
}

/**
 * The certificates of a CA file, re-encoded, so that Prometheus trusts exactly what a reviewer sees in the file.
 * @throws InvalidInputError naming the key
 */
function authorityIn(key: string, path: string): string {
  const certificates = unlessOtherText<readonly string[]>(
    () => certificatesOf(readFileSync(resolve(repositoryRoot, path), "utf8")),
    (why) => {
      throw new InvalidInputError(
        "An Alertmanager's authority cannot be used",
        [{ key, value: path, remedy: `a file with only PEM certificates: ${why}` }],
        "REPOSITORY_FILE_INVALID",
      );
    },
  );
  if (certificates.length > 0) return certificates.join("");
  throw new InvalidInputError(
    "An Alertmanager's authority cannot be used",
    [{ key, value: path, remedy: "a file with at least one PEM certificate" }],
    "REPOSITORY_FILE_INVALID",
  );
}
