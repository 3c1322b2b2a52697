import type { Configuration } from "@metrics-link/contract";
import { parse } from "yaml";
import { scrapeConfigsOf } from "./prometheus-files.ts";
import { yamlFiles } from "./repository-files.ts";

/** What a user adds to Prometheus: jobs and rules from the folders that the configuration names. */
export function userPrometheus({ scrapeConfigs, rules }: Configuration["prometheus"]) {
  return {
    scrapeConfigs: scrapeConfigsOf(
      yamlFiles("prometheus.scrapeConfigs", scrapeConfigs).map(({ name, content }) => ({
        name,
        parsed: parse(content),
      })),
    ),
    ruleFiles: yamlFiles("prometheus.rules", rules),
  };
}
