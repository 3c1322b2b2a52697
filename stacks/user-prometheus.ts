import type { Configuration } from "@metrics-link/config";
import { scrapeJobsOf } from "@metrics-link/prometheus";
import { authorityIn } from "./alertmanager-authority.ts";
import { yamlFiles } from "./repository-files.ts";

/** The user's additions to Prometheus: jobs and rules from the configured folders, alert settings and Alertmanagers. */
export function userPrometheus({ scrapeConfigs, rules, alerts, alertmanagers }: Configuration["prometheus"]) {
  return {
    scrapeConfigs: scrapeJobsOf(yamlFiles("prometheus.scrapeConfigs", scrapeConfigs)),
    ruleFiles: yamlFiles("prometheus.rules", rules),
    alerts,
    alertmanagers: alertmanagers.map(({ url, ca, basicAuth, bearerToken }, index) => ({
      url,
      ca: ca === undefined ? undefined : authorityIn(`prometheus.alertmanagers[${index}].ca`, ca),
      username: basicAuth?.username,
      secret: basicAuth ? ("password" as const) : bearerToken ? ("token" as const) : undefined,
    })),
  };
}
