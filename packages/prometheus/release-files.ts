/** The names of Prometheus' files, relative to a release's directory. */
export const releaseFiles = {
  configuration: "prometheus/prometheus.yml",
  /** The alerts that come with the link. */
  alerts: "prometheus/alerts.yml",
  /** One file per rule file of the user, under the name that it has in the repository. */
  ruleFile: (name: string) => `prometheus/rules/${name}`,
} as const;
