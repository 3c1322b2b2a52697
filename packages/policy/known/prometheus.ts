import type { Configuration } from "@metrics-link/config";
import { ownScrapeSecrets, ports, remoteWrite, scrapeSecretName } from "@metrics-link/release";

/** Prometheus' configuration, derived a second time from the stack's configuration, independently of the renderer. */
export function expectedConfiguration(configuration: Configuration) {
  const { prometheus, role } = configuration;
  /** The host's own jobs are scraped once a minute at least. */
  const often = seconds(prometheus.scrapeInterval) > 60 ? { scrape_interval: "1m" } : {};
  return {
    global: {
      scrape_interval: prometheus.scrapeInterval,
      scrape_timeout: seconds(prometheus.scrapeInterval) < 10 ? prometheus.scrapeInterval : "10s",
      evaluation_interval: prometheus.scrapeInterval,
      body_size_limit: "20MB",
      sample_limit: 50_000,
      label_limit: 64,
      label_name_length_limit: 256,
      label_value_length_limit: 2048,
      target_limit: 500,
      external_labels: prometheus.externalLabels,
    },
    alerting:
      prometheus.alertmanagers.length === 0 ? undefined : { alertmanagers: prometheus.alertmanagers.map(alertmanager) },
    storage:
      configuration.role === "receiver"
        ? { tsdb: { out_of_order_time_window: configuration.prometheus.outOfOrderTimeWindow } }
        : undefined,
    jobs: [
      job(role, "prometheus", ports.prometheus, often),
      job(role, "envoy", ports.envoyMetrics, { ...often, metrics_path: "/stats/prometheus" }),
      job(role, "node", ports.nodeExporter, often),
    ],
    /** If there is or was a link. */
    write:
      configuration.role === "sender"
        ? {
            ...write(configuration.prometheus.remoteWrite),
            write_relabel_configs: identity(configuration.prometheus.externalLabels),
          }
        : undefined,
  };
}

const seconds = (duration: string): number => {
  const [, number = "", unit = ""] = /^(\d+)(ms|s|m|h|d)$/.exec(duration) ?? [];
  return Number(number) * ({ ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 }[unit] ?? Number.NaN);
};

const job = (role: Configuration["role"], name: string, port: number, more: object) => ({
  job_name: name,
  ...more,
  static_configs: [{ targets: [`127.0.0.1:${port}`], labels: { link_side: role === "sender" ? "sends" : "receives" } }],
});

type Alertmanager = Configuration["prometheus"]["alertmanagers"][number];

function alertmanager({ url, ca, basicAuth, bearerToken, clientCertificate }: Alertmanager, index: number) {
  const { hostname, port, pathname } = new URL(url);
  return {
    scheme: "https",
    path_prefix: pathname,
    follow_redirects: false,
    static_configs: [{ targets: [`${hostname}:${port || "443"}`] }],
    tls_config: {
      ...(ca === undefined ? {} : { ca_file: `alertmanager-${index}.ca.pem` }),
      ...(clientCertificate === undefined
        ? {}
        : { cert_file: `alertmanager-${index}.cert.pem`, key_file: `alertmanager-${index}.key` }),
      min_version: "TLS12",
    },
    ...(basicAuth === undefined
      ? {}
      : { basic_auth: { username: basicAuth.username, password_file: `alertmanager-${index}.secret` } }),
    ...(bearerToken === undefined
      ? {}
      : { authorization: { type: "Bearer", credentials_file: `alertmanager-${index}.secret` } }),
  };
}

type Queue = Extract<Configuration, { role: "sender" }>["prometheus"]["remoteWrite"];

const write = ({
  capacity,
  maxShards,
  minShards,
  maxSamplesPerSend,
  batchSendDeadline,
  minBackoff,
  maxBackoff,
}: Queue) => ({
  name: "link",
  url: `http://127.0.0.1:${ports.remoteWriteEgress}${remoteWrite.path}`,
  remote_timeout: "30s",
  enable_http2: false,
  follow_redirects: false,
  queue_config: {
    capacity: capacity ?? 10_000,
    max_shards: maxShards ?? 50,
    ...(minShards === undefined ? {} : { min_shards: minShards }),
    max_samples_per_send: maxSamplesPerSend ?? 2000,
    ...(batchSendDeadline === undefined ? {} : { batch_send_deadline: batchSendDeadline }),
    min_backoff: minBackoff ?? "100ms",
    max_backoff: maxBackoff ?? "30s",
    retry_on_http_429: true,
  },
  metadata_config: { send: true, send_interval: "1m" },
});

/**
 * Every series leaves with the sender's labels, whatever its target told. Its own labels of these names are renamed, so that no
 * two series become one.
 */
function identity(labels: Readonly<Record<string, string>>) {
  const kept = (name: string): string => (`exported_${name}` in labels ? kept(`exported_${name}`) : `exported_${name}`);
  const renamed = (name: string, value: string) => [
    { source_labels: [name], regex: [...value].map(escaped).join(""), target_label: name, replacement: "" },
    { source_labels: [kept(name)], regex: ".+", target_label: "__taken", replacement: "exported_" },
    {
      source_labels: ["__taken", name],
      regex: "(exported_)?;(.+)",
      target_label: `\${1}${kept(name)}`,
      replacement: "$2",
    },
    { target_label: "__taken", replacement: "" },
  ];
  const sorted = Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1));
  return [
    { source_labels: ["link_side"], regex: "(sends)|.*", target_label: "__own_side", replacement: "$1" },
    ...renamed("link_side", "sends"),
    { source_labels: ["__own_side"], target_label: "link_side" },
    { target_label: "__own_side", replacement: "" },
    ...sorted.flatMap(([name, value]) => renamed(name, value)),
    ...sorted.map(([name, value]) => ({ target_label: name, replacement: value })),
  ];
}

/** What RE2 gives a meaning. */
const escaped = (one: string) => ("\\.+*?()|[]{}^$".includes(one) ? `\\${one}` : one);

/** The fields that a user's job may have, and the fields below them; "*" is any name. */
interface Fields {
  readonly [field: string]: Fields | "any" | "secret";
}
const all = (kind: "any" | "secret", names: readonly string[]): Fields =>
  Object.fromEntries(names.map((name) => [name, kind]));
const any = (...names: string[]) => all("any", names);
/** They name a file of the host. */
const secret = (...names: string[]) => all("secret", names);
const relabelling = any(...["source_labels", "separator", "target_label", "regex", "modulus", "replacement", "action"]);
const tls = { ...any("ca", "server_name", "min_version", "max_version"), ...secret("cert_file", "key_file") };
const userJob: Fields = {
  ...any("job_name", "scrape_interval", "scrape_timeout", "scrape_protocols", "fallback_scrape_protocol"),
  ...any("metrics_path", "params", "scheme", "follow_redirects", "enable_http2", "enable_compression", "honor_labels"),
  ...any("honor_timestamps", "track_timestamps_staleness", "body_size_limit", "sample_limit", "label_limit"),
  ...any("label_name_length_limit", "label_value_length_limit", "target_limit"),
  static_configs: any("targets", "labels"),
  tls_config: tls,
  basic_auth: { ...any("username"), ...secret("username_file", "password_file") },
  authorization: { ...any("type"), ...secret("credentials_file") },
  oauth2: {
    ...any("client_id", "scopes", "token_url", "endpoint_params"),
    ...secret("client_secret_file"),
    tls_config: tls,
  },
  http_headers: { "*": { ...any("values"), ...secret("files") } },
  relabel_configs: relabelling,
  metric_relabel_configs: relabelling,
};

/**
 * The paths of fields that a user's job may not have. An allowed one holds no credential, and names no other file than a
 * secret of scrape jobs: not what an Alertmanager is shown.
 */
export function unknownFields(path: string, value: unknown, fields: Fields | "any" | "secret" = userJob): string[] {
  // A field that is null has Prometheus' default.
  if (fields === "any" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => unknownFields(`${path}[${index}]`, item, fields));
  if (fields === "secret") return isScrapeSecret(value, path) ? [] : [path];
  if (typeof value !== "object") return [path];
  return Object.entries(value).flatMap(([key, item]) => {
    const below = Object.hasOwn(fields, key) && key !== "*" ? fields[key] : fields["*"];
    return below === undefined ? [`${path}.${key}`] : unknownFields(`${path}.${key}`, item, below);
  });
}

function isScrapeSecret(file: unknown, path: string): boolean {
  if (typeof file !== "string" || !file.startsWith("secrets/")) return false;
  const name = file.slice("secrets/".length);
  // Anywhere else the host's own key would be sent to whoever answers.
  if (name === ownScrapeSecrets.key) return path.endsWith("tls_config.key_file");
  if (name === ownScrapeSecrets.certificate) return path.endsWith("tls_config.cert_file");
  return scrapeSecretName.test(name);
}

/** The alerts of the link, by name. At either end, linked or not: */
const always = [
  ...["AgentSilent", "AgentNotConverged", "AgentCutOff", "ReleaseRefused", "AgentHeld", "ReleaseRolledBack"],
  ...["DriftFound", "DriftRepeated", "FenceDiffers", "AuditFinding", "AuditIncomplete", "AuditOverdue"],
  ...["DiskFilling", "DiskNearlyFull", "InodesNearlyGone", "MemoryShort", "OutOfMemoryKill", "MemoryAtCeiling"],
  ...[
    "UnitNotFenced",
    "HostRebooted",
    "ImageOld",
    "ToolOld",
    "ManagementAgentDiffers",
    "TargetLost",
    "SamplesFromFuture",
    "ScrapedSamplesLost",
    "ScrapeLimitReached",
    "OwnTargetMissing",
    "ServiceRestarts",
  ],
  ...["EnvoyOverloaded", "EnvoyDropsWrites", "ConfigurationNotLoaded", "RulesFail", "StorageFails", "Watchdog"],
];
const certificates = [
  ...["LeafRenewalOverdue", "LeafExpiring", "EnvoyCertificateExpiring", "AuthorityExpiring"],
  ...["CertificateNotTakenUp", "CertificateNotReady", "TrustBundleDiffers"],
];
const ofSender = [
  ...["BacklogAtRisk", "BacklogNotKnown", "SamplesRefused", "SamplesDropped", "ShardsAtLimit", "WalUnreadable"],
  ...["ReceiverUnreachable", "ReceiverAddressDead", "ReceiverNotTrusted"],
  ...["SamplesNotRepaired", "RepairBehind", "RepairOutrun", "NotCovered", "RepairerSilent"],
];
const ofReceiver = [
  ...["SenderLate", "SenderClockAhead", "SamplesRejected", "WritesRefused", "WritesFail", "ClientNotTrusted"],
  ...["CertificateFromWrongAddress", "ConnectionsLimited", "ListenerUpdateRejected"],
  ...["SenderPoses", "SenderNearLimit", "GateRefusesConfiguration", "GateObserves", "GateSilent"],
];

interface End {
  readonly role: "sender" | "receiver";
  /** Whether there is or was a link. */
  readonly linked: boolean;
  /** Whether the receiver is suspended: a link that is behind is then expected. */
  readonly suspended: boolean;
  /** Whether an Alertmanager is configured. */
  readonly delivers: boolean;
}

/** The alerts that an end's alerts.yml must have. */
export function expectedAlerts({ role, linked, suspended, delivers }: End): readonly string[] {
  return [
    ...always,
    ...(role === "sender" ? ["EgressAddressChanged"] : ofReceiver),
    ...(linked ? certificates : []),
    ...(linked && role === "sender" ? ofSender : []),
    ...(linked && role === "sender" && !suspended ? ["LinkBehind"] : []),
    ...(delivers ? ["AlertsNotDelivered"] : []),
  ];
}
