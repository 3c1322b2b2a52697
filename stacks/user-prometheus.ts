import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Configuration } from "@metrics-link/contract";
import { parse } from "yaml";
import { scrapeConfigsOf } from "./prometheus-files.ts";
import { repositoryRoot, yamlFiles } from "./repository-files.ts";

/** What a user adds to Prometheus: jobs and rules from the folders that the configuration names, alerts and who gets them. */
export function userPrometheus({ scrapeConfigs, rules, alerts, alertmanagers }: Configuration["prometheus"]) {
  return {
    scrapeConfigs: scrapeConfigsOf(
      yamlFiles("prometheus.scrapeConfigs", scrapeConfigs).map(({ name, content }) => ({
        name,
        parsed: parse(content),
      })),
    ),
    ruleFiles: yamlFiles("prometheus.rules", rules),
    alerts,
    alertmanagers: alertmanagers.map(({ url, ca, basicAuth, bearerToken }) => ({
      url,
      ca: ca === undefined ? undefined : readFileSync(resolve(repositoryRoot, ca), "utf8"),
      username: basicAuth?.username,
      secret: basicAuth ? ("password" as const) : bearerToken ? ("token" as const) : undefined,
    })),
  };
}
