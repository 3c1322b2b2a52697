import { hostPaths, ports, queryLimits, scrapeSecretFolder } from "@metrics-link/release";

export interface FlagsInput {
  /** Size of the volume that holds TSDB and WAL. */
  readonly dataVolumeGiB: number;
  /** Whether others than this host query it (docs/queries.md). */
  readonly queried?: boolean;
}

/** `--storage.tsdb.retention.size` counts the WAL but not the block being compacted: a fifth stays free for it. */
const retentionShare = 0.8;

/** How long samples stay, unless the volume fills up before. */
const retentionTime = "30d";

/**
 * Both sides' command line, without the program's own name. What is not here is off: the lifecycle and admin APIs
 * (SIGHUP reloads, the rest nobody needs) and the OTLP receiver.
 */
function commonFlags({ dataVolumeGiB, queried = false }: FlagsInput): string[] {
  const retentionMiB = Math.floor(dataVolumeGiB * 1024 * retentionShare);
  return [
    `--config.file=${hostPaths.current}/${releaseFiles.configuration}`,
    `--storage.tsdb.path=${hostPaths.prometheusData}`,
    `--storage.tsdb.retention.size=${retentionMiB}MB`,
    `--storage.tsdb.retention.time=${retentionTime}`,
    `--web.listen-address=127.0.0.1:${ports.prometheus}`,
    "--enable-feature=memory-snapshot-on-shutdown",
    "--log.format=json",
    // By default one query may take 50,000,000 samples into memory, and twenty run at once: more than a small host has.
    ...(queried
      ? [
          `--query.max-samples=${queryLimits.samples}`,
          `--query.max-concurrency=${queryLimits.atOnce}`,
          `--query.timeout=${queryLimits.seconds}s`,
        ]
      : []),
  ];
}

/** The sender does not accept writes; a stop waits 5 s for its queue, in which it scrapes nothing. */
export function senderFlags(input: FlagsInput): string[] {
  // The default of a minute makes the gap longer, not the loss smaller.
  return [...commonFlags(input), "--storage.remote.flush-deadline=5s"];
}

export function receiverFlags(input: FlagsInput): string[] {
  return [...commonFlags(input), "--web.enable-remote-write-receiver"];
}

/** The names of Prometheus' files, relative to a release's directory. */
export const releaseFiles = {
  configuration: "prometheus/prometheus.yml",
  /** The alerts that come with the link. */
  alerts: "prometheus/alerts.yml",
  /** The authorities of an Alertmanager, and what it is shown, by its place in the configuration. */
  alertmanagerCa: (index: number) => `prometheus/alertmanager-${index}.ca.pem`,
  alertmanagerSecret: (index: number) => `prometheus/alertmanager-${index}.secret`,
  /** The certificate that it is shown, and the certificate's key. */
  alertmanagerCertificate: (index: number) => `prometheus/alertmanager-${index}.cert.pem`,
  alertmanagerKey: (index: number) => `prometheus/alertmanager-${index}.key`,
  /** A secret that scrape jobs name as `secrets/NAME`. */
  scrapeSecret: (name: string) => `${scrapeSecretFolder}${name}`,
  /** One file per scrape file and per rule file of the user, under the name that it has in the repository. */
  scrapeFile: (name: string) => `prometheus/scrape/${name}`,
  ruleFile: (name: string) => `prometheus/rules/${name}`,
} as const;
