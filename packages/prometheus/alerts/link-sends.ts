import { alert, byKind, rose, roseOrBegan } from "./alert.ts";
import { backlogTimeLeft, linkLag } from "./backlog.ts";
import { namingLarge, namingRefused } from "./repair.ts";

const remoteStorage = "prometheus_remote_storage";
const toReceiver = 'envoy_cluster_name="receiver"';

/** The link as its sender sees it. */
export const sendersAlerts = {
  LinkBehind: alert(
    "critical",
    { for: "5m", threshold: 120 },
    "The receiver has not acknowledged what this host stored in the last {{ $value | humanizeDuration }}.",
    ({ threshold }) => `${linkLag} > ${threshold}`,
    // A suspended receiver is behind on purpose: what counts then is how long the backlog is kept.
    { when: ({ setAside }) => !setAside.some(({ state }) => state === "suspended") },
  ),
  BacklogAtRisk: alert(
    "critical",
    { for: "1m", threshold: 3600 },
    "The queue can keep its backlog for {{ $value | humanizeDuration }} more, until a truncation of the WAL or a full disk.",
    ({ threshold }, _own, { healthyLagSeconds }) =>
      `${backlogTimeLeft} < ${threshold} and on () ${linkLag} > ${Math.max(60, healthyLagSeconds)}`,
  ),
  BacklogNotKnown: alert(
    "warning",
    { for: "15m" },
    "How long the backlog will be kept is unknown: there is no metric for {{ $labels.kind }}.",
    (_, own) =>
      byKind({
        "the oldest segment of the WAL": `absent(${own("metrics_link_wal_oldest_segment")})`,
        "the newest segment of the WAL": `absent(${own("prometheus_tsdb_wal_segment_current")})`,
        "the segment that the queue reads": `absent(${own("prometheus_wal_watcher_current_segment", 'consumer="link"')})`,
      }),
  ),
  SamplesRefused: alert(
    "critical",
    { for: "0s", window: "15m" },
    `The receiver answered {{ $value | humanize }} samples with a 4xx, and the queue does not send them again: the repairer does, all but the guilty ones${namingRefused}${namingLarge}.`,
    ({ window }, own) =>
      `sum(${["samples", "histograms", "exemplars"]
        .map((what) => `increase(${own(`${remoteStorage}_${what}_failed_total`)}[${window}])`)
        .join(" + ")}) > 0`,
  ),
  SamplesDropped: alert(
    "critical",
    { for: "0s", window: "15m" },
    "The queue skipped samples ({{ $labels.reason }}): the repairer sends them.",
    // write_relabel_configs drop series on purpose.
    ({ window }, own) => roseOrBegan(own(`${remoteStorage}_samples_dropped_total`, 'reason!="dropped_series"'), window),
  ),
  ShardsAtLimit: alert(
    "warning",
    { for: "15m" },
    "The queue wants {{ $value | humanize }} shards, more than max_shards.",
    (_, own) => `${own(`${remoteStorage}_shards_desired`)} > ${own(`${remoteStorage}_shards_max`)}`,
  ),
  WalUnreadable: alert(
    "critical",
    { for: "0s", window: "15m" },
    "The queue cannot read some records of the WAL; their samples are stored here and not sent.",
    ({ window }, own) => rose(own("prometheus_wal_watcher_record_decode_failures_total"), window),
  ),
  ReceiverUnreachable: alert(
    "warning",
    { for: "2m", window: "5m" },
    "Connections to the receiver fail before TLS ({{ $labels.kind }}): check security groups, addresses, NAT and the load balancer.",
    ({ window }, own) =>
      byKind({
        refused: rose(own("envoy_cluster_upstream_cx_connect_fail", toReceiver), window),
        timeout: rose(own("envoy_cluster_upstream_cx_connect_timeout", toReceiver), window),
      }),
  ),
  ReceiverAddressDead: alert(
    "warning",
    { for: "10m" },
    "{{ $value }} of the receiver's addresses are ejected, because connections to them fail.",
    (_, own) => `${own("envoy_cluster_outlier_detection_ejections_active", toReceiver)} > 0`,
  ),
  ReceiverNotTrusted: alert(
    "critical",
    { for: "0s", window: "5m" },
    "The server at the receiver's address fails verification: {{ $labels.kind }}.",
    ({ window }, own) =>
      byKind({
        "wrong root, expired or wrong usage": rose(own("envoy_cluster_ssl_fail_verify_error", toReceiver), window),
        "wrong name": rose(own("envoy_cluster_ssl_fail_verify_san", toReceiver), window),
      }),
  ),
};
