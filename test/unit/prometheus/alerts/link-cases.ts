import { type Case, clock, counter, longAgo, receiver, rising, sender, still } from "./case.ts";

const accepted = receiver(
  "envoy_http_downstream_rq_xx",
  'envoy_http_conn_manager_prefix="sender_account-a",envoy_response_code_class="2"',
);
const stored = sender("prometheus_tsdb_head_max_time_seconds");
const ofQueue = (name: string) => sender(`prometheus_remote_storage_${name}`, 'remote_name="link"');
const sent = ofQueue("queue_highest_sent_timestamp_seconds");
const done = ofQueue("bytes_total");
const pending = ofQueue("samples_pending");
/** A link that is up. */
const up = {
  [sent]: clock,
  [done]: "0+1000x120",
  [pending]: "100+0x120",
  [ofQueue("shard_capacity")]: "10000+0x120",
  [ofQueue("shards")]: "1+0x120",
  [sender("process_start_time_seconds", 'job="prometheus"')]: still,
};
/** The same, cut in minute 10: the queue fills up. */
const cut = { ...up, [sent]: "0+60x10 600+0x120", [done]: "0+1000x10 10000+0x120", [pending]: "100+0x10 13999+0x120" };
/** The seconds that a target's timestamps are ahead of the host's clock. */
const ahead = 540;
const disk = 'device="/dev/nvme1n1",fstype="ext4",mountpoint="/var/lib/metrics-link"';
const available = sender("node_filesystem_avail_bytes", disk);
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
/** What is told of the WAL's segments, by the agent and by Prometheus. */
const segments = {
  [sender("metrics_link_wal_oldest_segment")]: "10+0x120",
  [sender("prometheus_tsdb_wal_segment_current")]: "20+0x120",
  [reader]: "20+0x120",
};

/** The link, seen by its sender, its receiver, and either Envoy. */
export const linkCases = {
  LinkBehind: [
    { side: "sends", fires: cut, silent: up, at: 30 },
    // A batch that waits for its deadline, and a scrape of a minute.
    { side: "sends", fires: cut, silent: { ...up, [sent]: "-100+60x120" }, at: 30 },
    // A target was nine minutes ahead, and is gone or goes on.
    { side: "sends", fires: { ...cut, [sent]: `${ahead}+60x10 ${ahead + 600}+0x120` }, silent: up, at: 18 },
    {
      side: "sends",
      fires: { ...cut, [sent]: `${ahead}+60x10 ${ahead + 600}+0x120` },
      silent: { ...up, [sent]: `${ahead}+60x120` },
      at: 30,
    },
    // The link is back, and the backlog of an hour is sent; a target ahead hides how far.
    {
      side: "sends",
      fires: { ...cut, [sent]: `0+60x10 ${ahead + 660}+60x120`, [done]: "0+1000x120" },
      silent: { [pending]: "100+0x120" },
      at: 30,
    },
    // The queue never had anything acknowledged.
    { side: "sends", fires: { ...cut, [sent]: still, [done]: still }, silent: up, at: 30 },
  ],
  BacklogNotKnown: Object.keys(segments).map((missing) => ({
    side: "sends",
    fires: { ...segments, [missing]: "1 _x119" },
    silent: segments,
    at: 40,
  })),
  BacklogAtRisk: [
    // At minute 35 the WAL is segments 10 to 23, and 26 in 25 minutes: the truncation will keep those from 21 on.
    {
      side: "sends",
      fires: { ...wal, ...cut, [reader]: "20+0x120" },
      silent: { [reader]: "21+0x120" },
      at: 35,
    },
    // The same reader, but nothing waits.
    {
      side: "sends",
      fires: { ...wal, ...cut, [reader]: "11+0x120" },
      silent: up,
      at: 35,
    },
    // The truncation would leave it alone, but the disk is full in ten minutes.
    {
      side: "sends",
      fires: {
        ...wal,
        ...cut,
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
  SenderLate: [
    {
      side: "receives",
      // Its newest sample is of minute 10, and no series of it is left in the last five minutes.
      fires: { [sendersClock]: "0+60x10 _x110" },
      silent: { [sendersClock]: clock },
      at: 30,
    },
    // It has other external labels since minute 10.
    {
      side: "receives",
      fires: { [sendersClock]: "0+60x10 _x110" },
      silent: { [sendersClock]: "0+60x10 _x110", [sendersClock.replace("account", "customer")]: "_x10 600+60x110" },
      at: 30,
    },
  ],
  SenderClockAhead: {
    side: "receives",
    // promtool shows a rule no sample of the future, so here the clock's value alone is ahead.
    fires: { [sendersClock]: "60+60x120" },
    silent: { [sendersClock]: clock },
    at: 30,
  },
  ListenerUpdateRejected: counter(receiver("envoy_listener_manager_lds_update_rejected"), "receives"),
  SamplesRejected: [
    counter(receiver("prometheus_tsdb_too_old_samples_total", 'type="float"'), "receives"),
    counter(receiver("prometheus_tsdb_out_of_bound_samples_total", 'type="float"'), "receives"),
    counter(receiver("prometheus_tsdb_out_of_order_samples_total", 'type="float"'), "receives"),
    counter(receiver("prometheus_api_remote_write_invalid_labels_samples_total"), "receives"),
  ],
  WritesRefused: counter(receiver("prometheus_http_requests_total", 'handler="/api/v1/write",code="400"'), "receives"),
  WritesFail: [
    counter(receiver("prometheus_http_requests_total", 'handler="/api/v1/write",code="500"'), "receives"),
    counter(receiver("metrics_link_gate_requests_total", 'sender="a",code="503"'), "receives"),
  ],
  ClientNotTrusted: ["fail_verify_error", "fail_verify_san", "fail_verify_no_cert", "connection_error"].map((name) =>
    counter(receiver(`envoy_listener_ssl_${name}`, 'envoy_listener_address="ingest"'), "receives"),
  ),
  CertificateFromWrongAddress: [
    counter(receiver("envoy_http_downstream_rq_total", 'envoy_http_conn_manager_prefix="elsewhere"'), "receives"),
    counter(receiver("envoy_listener_no_filter_chain_match", 'envoy_listener_address="ingest"'), "receives"),
  ],
  ConnectionsLimited: [
    counter(
      receiver("envoy_connection_limit_limited_connections", 'envoy_connection_limit_prefix="sender_account-a"'),
      "receives",
    ),
    counter(
      receiver("envoy_listener_downstream_cx_transport_socket_connect_timeout", 'envoy_listener_address="ingest"'),
      "receives",
    ),
  ],
  EnvoyDropsWrites: counter(
    sender("envoy_http_downstream_rq_xx", 'envoy_http_conn_manager_prefix="egress",envoy_response_code_class="4"'),
  ),
  EnvoyOverloaded: [
    ...["requests", "connections"].map(
      (what): Case => ({
        side: "sends",
        fires: { [sender(`envoy_overload_envoy_overload_actions_stop_accepting_${what}_active`)]: "1+0x120" },
        silent: { [sender(`envoy_overload_envoy_overload_actions_stop_accepting_${what}_active`)]: still },
        at: 30,
      }),
    ),
    counter(sender("envoy_envoy_overload_actions_reset_high_memory_stream_count")),
    counter(receiver("envoy_listener_downstream_global_cx_overflow", 'envoy_listener_address="ingest"'), "receives"),
  ],
} satisfies Readonly<Record<string, Case | readonly Case[]>>;
