/** The names of Prometheus' files, relative to a release's directory. */
export const releaseFiles = {
  configuration: "prometheus/prometheus.yml",
  /** The alerts that come with the link. */
  alerts: "prometheus/alerts.yml",
  /** The authorities of an Alertmanager, and what it is shown, by its place in the configuration. */
  alertmanagerCa: (index: number) => `prometheus/alertmanager-${index}.ca.pem`,
  alertmanagerSecret: (index: number) => `prometheus/alertmanager-${index}.secret`,
  /** One file per rule file of the user, under the name that it has in the repository. */
  ruleFile: (name: string) => `prometheus/rules/${name}`,
} as const;
