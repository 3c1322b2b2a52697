import { type AlertName, alertSettings, type Side } from "@metrics-link/prometheus";

/** Series of promtool's notation: one value a minute. Times are minutes from the beginning. */
export interface Case {
  readonly side: Side;
  /** With these the alert fires at minute `at`. */
  readonly fires: Readonly<Record<string, string>>;
  /** What changes of them, so that it does not. */
  readonly silent: Readonly<Record<string, string>>;
  readonly at: number;
}

const own =
  (side: Side) =>
  (metric: string, matchers = "") =>
    `${metric}{link_side="${side}"${matchers === "" ? "" : `,${matchers}`}}`;
const sender = own("sends");
const receiver = own("receives");

/** A steady count, one that rises by one a minute, and one that rose once and then stood still for two hours. */
const still = "0+0x120";
const rising = "0+1x120";
const longAgo = "0 1+0x120";

/** promtool's clock begins at 1970, so an instant is its age in seconds. */
const clock = "0+60x120";

/** A counter that fires while it rises. */
const counter = (series: string, side: Side = "sends"): Case => ({
  side,
  fires: { [series]: rising },
  silent: { [series]: longAgo },
  at: 30,
});

const accepted = receiver(
  "envoy_http_downstream_rq_xx",
  'envoy_http_conn_manager_prefix="sender_account-a",envoy_response_code_class="2"',
);
const stored = sender("prometheus_tsdb_head_max_time_seconds");
const sent = sender("prometheus_remote_storage_queue_highest_sent_timestamp_seconds", 'remote_name="link"');
const notAfter = (tier: string) => sender("metrics_link_certificate_not_after_timestamp_seconds", `tier="${tier}"`);
const inDays = (days: number) => `${days * 86_400}+0x120`;
const disk = 'device="/dev/nvme1n1",fstype="ext4",mountpoint="/var/lib/metrics-link"';
const available = sender("node_filesystem_avail_bytes", disk);
const lastRun = sender("metrics_link_agent_last_run_timestamp_seconds");
const sendersClock = 'node_time_seconds{link_side="sends",account="a",job="node",instance="127.0.0.1:9100"}';

/** A sender whose WAL grows by a segment in ten minutes, and whose next truncation is half an hour away at minute 30. */
const wal = {
  [stored]: clock,
  [sender("prometheus_tsdb_wal_record_parts_bytes_written_total")]: `0+${(128 * 1024 * 1024) / 10}x120`,
  [sender("prometheus_tsdb_head_min_time_seconds")]: "-7200+0x120",
  [sender("metrics_link_wal_oldest_segment")]: "10+0x120",
  [sender("prometheus_tsdb_wal_segment_current")]: "20+0.1x120",
  [available]: `${50e9}+0x120`,
};
const reader = sender("prometheus_wal_watcher_current_segment", 'consumer="link"');

export const cases: Readonly<Record<AlertName, Case | readonly Case[]>> = {
  LinkBehind: {
    side: "sends",
    fires: { [stored]: clock, [sent]: "0+60x10 600+0x120" },
    // A batch that waits for its deadline, and a scrape of a minute.
    silent: { [sent]: "-100+60x120" },
    at: 30,
  },
  BacklogAtRisk: [
    // At minute 35 the WAL is segments 10 to 23, and 26 in 25 minutes: the truncation will keep those from 21 on.
    {
      side: "sends",
      fires: { ...wal, [sent]: "0+60x10 600+0x120", [reader]: "20+0x120" },
      silent: { [reader]: "21+0x120" },
      at: 35,
    },
    // The same reader, but nothing waits.
    {
      side: "sends",
      fires: { ...wal, [sent]: "0+60x10 600+0x120", [reader]: "11+0x120" },
      silent: { [sent]: clock },
      at: 35,
    },
    // The truncation would leave it alone, but the disk is full in ten minutes.
    {
      side: "sends",
      fires: {
        ...wal,
        [sent]: "0+60x10 600+0x120",
        [reader]: "22+0x120",
        [available]: `${45e9}-1000000000x45`,
      },
      silent: { [available]: `${50e9}+0x120` },
      at: 35,
    },
  ],
  SamplesRefused: {
    side: "sends",
    fires: {
      [sender("prometheus_remote_storage_samples_failed_total")]: rising,
      [sender("prometheus_remote_storage_histograms_failed_total")]: still,
      [sender("prometheus_remote_storage_exemplars_failed_total")]: still,
    },
    silent: { [sender("prometheus_remote_storage_samples_failed_total")]: longAgo },
    at: 30,
  },
  SamplesDropped: [
    // Born with its first event.
    {
      side: "sends",
      fires: { [sender("prometheus_remote_storage_samples_dropped_total", 'reason="too_old"')]: "_x25 7+0x120" },
      silent: { [sender("prometheus_remote_storage_samples_dropped_total", 'reason="too_old"')]: "_x5 7+0x120" },
      at: 30,
    },
    {
      side: "sends",
      fires: { [sender("prometheus_remote_storage_samples_dropped_total", 'reason="too_old"')]: rising },
      silent: {
        [sender("prometheus_remote_storage_samples_dropped_total", 'reason="too_old"')]: still,
        [sender("prometheus_remote_storage_samples_dropped_total", 'reason="dropped_series"')]: rising,
      },
      at: 30,
    },
  ],
  ShardsAtLimit: {
    side: "sends",
    fires: {
      [sender("prometheus_remote_storage_shards_desired")]: "80+0x120",
      [sender("prometheus_remote_storage_shards_max")]: "50+0x120",
    },
    silent: { [sender("prometheus_remote_storage_shards_desired")]: "50+0x120" },
    at: 30,
  },
  WalUnreadable: counter(sender("prometheus_wal_watcher_record_decode_failures_total", 'consumer="link"')),
  ReceiverUnreachable: [
    counter(sender("envoy_cluster_upstream_cx_connect_fail", 'envoy_cluster_name="receiver"')),
    counter(sender("envoy_cluster_upstream_cx_connect_timeout", 'envoy_cluster_name="receiver"')),
  ],
  ReceiverAddressDead: {
    side: "sends",
    fires: { [sender("envoy_cluster_outlier_detection_ejections_active", 'envoy_cluster_name="receiver"')]: "1+0x120" },
    silent: { [sender("envoy_cluster_outlier_detection_ejections_active", 'envoy_cluster_name="receiver"')]: still },
    at: 30,
  },
  ReceiverNotTrusted: [
    counter(sender("envoy_cluster_ssl_fail_verify_error", 'envoy_cluster_name="receiver"')),
    counter(sender("envoy_cluster_ssl_fail_verify_san", 'envoy_cluster_name="receiver"')),
  ],
  SenderSilent: [
    { side: "receives", fires: { [accepted]: "0+5x10 50+0x120" }, silent: { [accepted]: "0+5x120" }, at: 30 },
    // Its series are gone with it: this side's Envoy knows nothing of any sender.
    { side: "receives", fires: { up: "1+0x120" }, silent: { [accepted]: "0+5x120" }, at: 30 },
  ],
  SenderLate: {
    side: "receives",
    // Its newest sample is of minute 10, and no series of it is left in the last five minutes.
    fires: { [sendersClock]: "0+60x10 _x110" },
    silent: { [sendersClock]: clock },
    at: 30,
  },
  SenderClockAhead: {
    side: "receives",
    // promtool shows a rule no sample of the future, so here the clock's value alone is ahead.
    fires: { [sendersClock]: "60+60x120" },
    silent: { [sendersClock]: clock },
    at: 30,
  },
  SamplesRejected: [
    counter(receiver("prometheus_tsdb_too_old_samples_total", 'type="float"'), "receives"),
    counter(receiver("prometheus_tsdb_out_of_bound_samples_total", 'type="float"'), "receives"),
    counter(receiver("prometheus_tsdb_out_of_order_samples_total", 'type="float"'), "receives"),
  ],
  WritesRefused: counter(receiver("prometheus_http_requests_total", 'handler="/api/v1/write",code="400"'), "receives"),
  WritesFail: counter(receiver("prometheus_http_requests_total", 'handler="/api/v1/write",code="500"'), "receives"),
  ClientNotTrusted: ["fail_verify_error", "fail_verify_san", "fail_verify_no_cert", "connection_error"].map((name) =>
    counter(receiver(`envoy_listener_ssl_${name}`, 'envoy_listener_address="ingest"'), "receives"),
  ),
  CertificateFromWrongAddress: [
    counter(receiver("envoy_http_downstream_rq_total", 'envoy_http_conn_manager_prefix="elsewhere"'), "receives"),
    counter(receiver("envoy_listener_no_filter_chain_match", 'envoy_listener_address="ingest"'), "receives"),
  ],
  ConnectionsLimited: counter(
    receiver("envoy_connection_limit_limited_connections", 'envoy_connection_limit_prefix="sender_account-a"'),
    "receives",
  ),
  EnvoyDropsWrites: counter(
    sender("envoy_http_downstream_rq_xx", 'envoy_http_conn_manager_prefix="egress",envoy_response_code_class="4"'),
  ),
  EnvoyOverloaded: ["requests", "connections"].map((what) => ({
    side: "sends",
    fires: { [sender(`envoy_overload_envoy_overload_actions_stop_accepting_${what}_active`)]: "1+0x120" },
    silent: { [sender(`envoy_overload_envoy_overload_actions_stop_accepting_${what}_active`)]: still },
    at: 30,
  })),
  LeafRenewalOverdue: {
    side: "sends",
    fires: { [notAfter("leaf")]: inDays(9) },
    silent: { [notAfter("leaf")]: inDays(11) },
    at: 90,
  },
  LeafExpiring: {
    side: "sends",
    fires: { [notAfter("leaf")]: inDays(3) },
    silent: { [notAfter("leaf")]: inDays(4) },
    at: 30,
  },
  EnvoyCertificateExpiring: {
    side: "sends",
    fires: { [sender("envoy_server_days_until_first_cert_expiring")]: "2+0x120" },
    silent: { [sender("envoy_server_days_until_first_cert_expiring")]: "3+0x120" },
    at: 30,
  },
  AuthorityExpiring: ["intermediate", "root", "peer root"].map((tier) => ({
    side: "sends",
    fires: { [notAfter(tier)]: inDays(300) },
    silent: { [notAfter(tier)]: inDays(400) },
    at: 90,
  })),
  CertificateNotTakenUp: counter(sender("envoy_sds_key_rotation_failed", 'envoy_xds_resource_name="leaf"')),
  CertificateNotReady: [
    {
      side: "sends",
      fires: { [sender("envoy_cluster_client_ssl_socket_factory_upstream_context_secrets_not_ready")]: "1+0x120" },
      silent: { [sender("envoy_cluster_client_ssl_socket_factory_upstream_context_secrets_not_ready")]: still },
      at: 30,
    },
    {
      side: "receives",
      fires: { [receiver("envoy_listener_server_ssl_socket_factory_downstream_context_secrets_not_ready")]: "1+0x120" },
      silent: { [receiver("envoy_listener_server_ssl_socket_factory_downstream_context_secrets_not_ready")]: still },
      at: 30,
    },
  ],
  TrustBundleDiffers: {
    side: "sends",
    // Put back within a minute.
    fires: { [sender("metrics_link_trust_bundle_matches", 'file="tls/receiver.pem"')]: "1+0x25 0 1+0x90" },
    silent: { [sender("metrics_link_trust_bundle_matches", 'file="tls/receiver.pem"')]: "1+0x5 0 1+0x90" },
    at: 30,
  },
  AgentSilent: [
    { side: "sends", fires: { [lastRun]: "0+60x10 600+0x120" }, silent: { [lastRun]: clock }, at: 30 },
    { side: "sends", fires: { [lastRun]: "0+60x10 _x110" }, silent: { [lastRun]: clock }, at: 30 },
  ],
  AgentNotConverged: ["refused", "unhealthy", "rolledBack"].map((outcome) => ({
    side: "sends",
    fires: { [sender("metrics_link_agent_outcome", `outcome="${outcome}"`)]: "1+0x120" },
    silent: {
      [sender("metrics_link_agent_outcome", `outcome="${outcome}"`)]: still,
      [sender("metrics_link_agent_outcome", 'outcome="held"')]: "1+0x120",
    },
    at: 30,
  })),
  AgentCutOff: {
    side: "sends",
    fires: { [sender("metrics_link_agent_bucket_read")]: "0+0x120" },
    silent: { [sender("metrics_link_agent_bucket_read")]: "1+0x120" },
    at: 30,
  },
  ReleaseRefused: {
    side: "sends",
    fires: { [sender("metrics_link_agent_release_left_alone")]: "0 1+0x120" },
    silent: { [sender("metrics_link_agent_release_left_alone")]: still },
    at: 30,
  },
  AgentHeld: {
    side: "sends",
    fires: { [sender("metrics_link_agent_held_since_timestamp_seconds", 'unit="a.service"')]: "0+0x120" },
    silent: { [sender("metrics_link_agent_held_since_timestamp_seconds", 'unit="a.service"')]: "3000+0x120" },
    at: 90,
  },
  ReleaseRolledBack: { ...counter(sender("metrics_link_agent_rollbacks_total")), at: 90 },
  DriftFound: counter(sender("metrics_link_agent_drifted_files_total")),
  DriftRepeated: {
    side: "sends",
    fires: { [sender("metrics_link_agent_drift_repeated", 'path="a"')]: "3+0x120" },
    silent: { [sender("metrics_link_agent_drift_repeated", 'path="a"')]: "2+0x120" },
    at: 30,
  },
  DiskFilling: {
    side: "sends",
    fires: { [available]: `${50e9}-${1e8}x120` },
    silent: { [available]: `${50e9}-${1e7}x120` },
    at: 90,
  },
  DiskNearlyFull: {
    side: "sends",
    fires: { [available]: `${4e9}+0x120`, [sender("node_filesystem_size_bytes", disk)]: `${50e9}+0x120` },
    silent: { [available]: `${6e9}+0x120` },
    at: 30,
  },
  InodesNearlyGone: {
    side: "sends",
    fires: {
      [sender("node_filesystem_files_free", disk)]: "10+0x120",
      [sender("node_filesystem_files", disk)]: "1000+0x120",
    },
    silent: { [sender("node_filesystem_files_free", disk)]: "900+0x120" },
    at: 30,
  },
  MemoryShort: {
    side: "sends",
    fires: {
      [sender("node_memory_MemAvailable_bytes")]: `${5e7}+0x120`,
      [sender("node_memory_MemTotal_bytes")]: `${2e9}+0x120`,
    },
    silent: { [sender("node_memory_MemAvailable_bytes")]: `${1e9}+0x120` },
    at: 30,
  },
  OutOfMemoryKill: counter(sender("node_vmstat_oom_kill")),
  HostRebooted: {
    side: "sends",
    fires: { [sender("node_time_seconds")]: clock, [sender("node_boot_time_seconds")]: "1500+0x120" },
    silent: { [sender("node_boot_time_seconds")]: "0+0x120" },
    at: 30,
  },
  TargetLost: [
    {
      side: "receives",
      fires: { 'up{job="shop",instance="a"}': still },
      // A sender's target is the sender's business.
      silent: { 'up{job="shop",instance="a"}': "1+0x120", 'up{job="node",link_side="sends"}': still },
      at: 30,
    },
    {
      side: "sends",
      fires: { [sender("up", 'job="node"')]: still },
      silent: { [sender("up", 'job="node"')]: "1+0x120" },
      at: 30,
    },
  ],
  OwnTargetMissing: {
    side: "receives",
    fires: { [receiver("up", 'job="node"')]: "1+0x120", [receiver("up", 'job="prometheus"')]: "1+0x120" },
    silent: { [receiver("up", 'job="envoy"')]: "1+0x120" },
    at: 30,
  },
  ServiceRestarts: [
    {
      side: "sends",
      fires: { [sender("process_start_time_seconds", 'job="prometheus"')]: "0+60x120" },
      silent: { [sender("process_start_time_seconds", 'job="prometheus"')]: "0+0x25 1500+0x90" },
      at: 30,
    },
    {
      side: "sends",
      fires: {
        [sender("envoy_server_uptime")]: "100 5 65 3 63 2 62 1 61 121 5 65 3 63 2 62 1 61 121 5 65 3 63 2 62 1 1",
      },
      silent: { [sender("envoy_server_uptime")]: clock },
      at: 20,
    },
  ],
  ConfigurationNotLoaded: {
    side: "sends",
    fires: { [sender("prometheus_config_last_reload_successful")]: still },
    silent: { [sender("prometheus_config_last_reload_successful")]: "1+0x120" },
    at: 30,
  },
  RulesFail: [
    counter(sender("prometheus_rule_evaluation_failures_total", 'rule_group="a"')),
    counter(sender("prometheus_rule_group_iterations_missed_total", 'rule_group="a"')),
  ],
  StorageFails: [
    "wal_writes_failed",
    "wal_corruptions",
    "wal_truncations_failed",
    "checkpoint_creations_failed",
    "compactions_failed",
  ].map((name) => counter(sender(`prometheus_tsdb_${name}_total`))),
  AlertsNotDelivered: [
    counter(sender("prometheus_notifications_dropped_total")),
    counter(sender("prometheus_notifications_errors_total", 'alertmanager="https://a"')),
  ],
  // It never stays silent; the test of the rules says so.
  Watchdog: [],
};

export const alertNames = Object.keys(alertSettings) as AlertName[];
