/**
 * Where things stand on a host. Everything that a release brings lives in one directory per release; `current` is a
 * symlink that is swapped by rename(2), so that a reader sees the old release or the new one and never a mixture.
 */
export const hostPaths = {
  base: "/opt/metrics-link",
  /** One directory per release, named by the release's SHA-256. */
  releases: "/opt/metrics-link/releases",
  /** Symlink to the release in force. Envoy's SDS watches its parent directory for the rename. */
  current: "/opt/metrics-link/current",
  /** Unpacked tools: tools/<name>/<sha256 of the archive>/. */
  tools: "/opt/metrics-link/tools",
  /** Mount point of the data volume. */
  data: "/var/lib/metrics-link",
  /** TSDB and WAL, on the data volume. */
  prometheusData: "/var/lib/metrics-link/prometheus",
  /** Envoy's admin interface: a unix socket in its runtime directory. */
  envoyAdminSocket: "/run/metrics-link-envoy/admin.sock",
  /** Where the receiver's gate takes requests from Envoy: a unix socket in its runtime directory. */
  gateSocket: "/run/metrics-link-gate/gate.sock",
} as const;

/** System users that services run as. */
export const hostUsers = {
  envoy: "envoy",
  prometheus: "prometheus",
  nodeExporter: "node-exporter",
  repair: "link-repair",
} as const;

/** One file of a release, as renderers and stacks hand it over. */
export interface HostFile {
  /** Relative to the release's directory, for example "envoy/bootstrap.json". */
  readonly path: string;
  readonly content: string;
  /** Octal, four digits, for example "0644". */
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
}

// What a release may place on a host, as closed sets: whoever writes one reaches nothing else of the host by a path, a
// name or an owner in it.

/** Its units. Those of the agent, of the data volume and of the system are not among them. */
export const releaseUnits = [
  "metrics-link-ports.service",
  "metrics-link-envoy.service",
  "metrics-link-prometheus.service",
  "metrics-link-node-exporter.service",
  "metrics-link-repair.service",
  "metrics-link-gate.service",
  "metrics-link-exporter.service",
] as const;

/** What wants a unit at the boot. */
export const releaseTarget = "multi-user.target";

export const unitFolder = "systemd/";

/** Folders of a release's directory that something reads; `bin/` is the agent's. */
export const releaseFolders = [
  unitFolder,
  "ports/",
  "envoy/",
  "prometheus/",
  "tls/",
  "repair/",
  "gate/",
  "exporter/",
] as const;

/**
 * The secrets of a user's scrape jobs. A job names one as `secrets/NAME`, which Prometheus looks for beside the file that
 * holds the job. Nothing else lies here: a job cannot name what an Alertmanager is shown.
 */
export const scrapeSecretFolder = "prometheus/scrape/secrets/";

/** The name of such a secret. It begins with a letter, so that Pulumi takes no name for the index of a list. */
export const scrapeSecretName = /^[a-z][a-z0-9_-]{0,62}$/;

/** The host's own certificate for scraping and its key, by the names that jobs use for them as for the user's secrets. */
export const ownScrapeSecrets = { certificate: "scrape-certificate", key: "scrape-key" } as const;

/** Whether a secret may lie here: nothing that a service takes for configuration, or trusts, arrives as one. */
export const isSecretPlace = (path: string): boolean =>
  /^(tls\/((metrics|web|services\/[a-z][a-z0-9-]*)\/)?private-key\.pem|exporter\/web\.json)$/.test(path) ||
  /^prometheus\/alertmanager-\d+\.(secret|key)$/.test(path) ||
  (path.startsWith(scrapeSecretFolder) && scrapeSecretName.test(path.slice(scrapeSecretFolder.length)));

export const releaseOwners = ["root", ...Object.values(hostUsers)] as const;

/** Unix sockets that a probe asks through. */
export const probeSockets = [hostPaths.envoyAdminSocket, hostPaths.gateSocket] as const;
