/** Seconds, a count, a share of 1, requests per second. */
export type Unit = "s" | "short" | "percentunit" | "reqps";

/** What a panel shows: Prometheus expressions, each with a legend. `$side` is the dashboard's variable. */
export interface Panel {
  readonly title: string;
  /** One sentence: what is good, what is bad. */
  readonly description: string;
  /** By Grafana's names. */
  readonly unit: Unit;
  /** What it means that there is no series, for the panels which rightly have none; absent: something is wrong then. */
  readonly whenEmpty?: string;
  readonly queries: readonly { readonly expression: string; readonly legend: string }[];
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const remoteStorage = "prometheus_remote_storage";
const rate = (selector: string) => `rate(${selector}[$__rate_interval])`;
const panel = (
  title: string,
  description: string,
  unit: Unit,
  ...queries: [expression: string, legend: string][]
): Panel => ({
  title,
  description,
  unit,
  queries: queries.map(([expression, legend]) => ({ expression, legend })),
});

/** The link from left to right: what flows, how far behind it is, who is let in, and what carries it. */
export const rows: readonly Row[] = [
  {
    title: "Flow",
    panels: [
      panel(
        "Samples sent",
        "Steady, as many as are scraped. A gap is an outage; a peak behind it is the backlog.",
        "short",
        [rate(`${remoteStorage}_samples_total`), "sent"],
        [rate(`${remoteStorage}_samples_retried_total`), "sent again"],
        [rate(`${remoteStorage}_samples_failed_total`), "refused and lost"],
      ),
      panel(
        "Writes at the receiver",
        "204 alone. Everything else is a batch that was refused or must come again.",
        "reqps",
        [
          `sum by (code) (${rate('prometheus_http_requests_total{handler="/api/v1/write",link_side="receives"}')})`,
          "{{code}}",
        ],
      ),
      panel("Requests through Envoy", "By class of the answer. 4xx is lost, 5xx comes again.", "reqps", [
        `sum by (envoy_http_conn_manager_prefix, envoy_response_code_class) (${rate('envoy_http_downstream_rq_xx{envoy_http_conn_manager_prefix=~"egress|sender_.+|elsewhere"}')})`,
        "{{envoy_http_conn_manager_prefix}} {{envoy_response_code_class}}xx",
      ]),
    ],
  },
  {
    title: "Lag and backlog",
    panels: [
      panel(
        "Behind",
        "Seconds between the newest sample stored and the newest one acknowledged. Below ten is well.",
        "s",
        // Before the first is acknowledged it is the age of the epoch, beside which nothing else could be seen.
        ["metrics_link:link_lag:seconds < 1e9", "behind"],
      ),
      panel(
        "Time left",
        "How long an outage may last from now on. While the link is behind, what is left of it.",
        "s",
        ["metrics_link:backlog_time_left:seconds", "until samples are lost"],
        ["metrics_link:wal_next_truncation:seconds", "until the next truncation"],
      ),
      panel(
        "Segments of the WAL",
        "The reader must stay above what the next truncation keeps.",
        "short",
        ["metrics_link:wal_newest:segment", "newest"],
        ["metrics_link:wal_reader:segment", "reader"],
        ["metrics_link:wal_kept_from:segment_1", "kept by the next truncation"],
        ["metrics_link:wal_oldest:segment", "oldest"],
      ),
      panel(
        "Shards",
        "Wanted above the limit for long: the link cannot keep up.",
        "short",
        [`${remoteStorage}_shards`, "in use"],
        [`${remoteStorage}_shards_desired`, "wanted"],
        [`${remoteStorage}_shards_max`, "limit"],
      ),
    ],
  },
  {
    title: "Handshakes",
    panels: [
      panel(
        "Refused by the receiver",
        "Nothing at all. Whatever rises is somebody with the wrong certificate.",
        "short",
        ...(["fail_verify_error", "fail_verify_san", "fail_verify_no_cert", "connection_error"] as const).map(
          (kind): [string, string] => [
            `increase(envoy_listener_ssl_${kind}{envoy_listener_address="ingest"}[$__rate_interval])`,
            kind,
          ],
        ),
      ),
      panel(
        "Refused or not reached by the sender",
        "Nothing at all.",
        "short",
        ...(
          [
            "ssl_fail_verify_error",
            "ssl_fail_verify_san",
            "upstream_cx_connect_fail",
            "upstream_cx_connect_timeout",
          ] as const
        ).map((kind): [string, string] => [
          `increase(envoy_cluster_${kind}{envoy_cluster_name="receiver"}[$__rate_interval])`,
          kind,
        ]),
      ),
    ],
  },
  {
    title: "Certificates",
    panels: [
      panel("Expiry", "A leaf is renewed in its last third; the others are rotated by people.", "s", [
        'metrics_link_certificate_not_after_timestamp_seconds{link_side=~"$side"} - time()',
        "{{link_side}} {{tier}}",
      ]),
      panel("Trust bundles", "1. At 0 somebody changed whom the host trusts.", "short", [
        'metrics_link_trust_bundle_matches{link_side=~"$side"}',
        "{{link_side}} {{file}}",
      ]),
    ],
  },
  {
    title: "Hosts",
    panels: [
      panel("Agent", "converged or held.", "short", [
        'metrics_link_agent_outcome{link_side=~"$side"} == 1',
        "{{link_side}} {{outcome}}",
      ]),
      panel("Data volume free", "Above a fifth: Prometheus takes four fifths at most.", "percentunit", [
        'node_filesystem_avail_bytes{link_side=~"$side",mountpoint="/var/lib/metrics-link"} / node_filesystem_size_bytes',
        "{{link_side}}",
      ]),
      panel("Memory available", "Above a tenth.", "percentunit", [
        'node_memory_MemAvailable_bytes{link_side=~"$side"} / node_memory_MemTotal_bytes',
        "{{link_side}}",
      ]),
      panel("CPU in use", "Below nine tenths.", "percentunit", [
        '1 - avg by (link_side) (rate(node_cpu_seconds_total{link_side=~"$side",mode="idle"}[$__rate_interval]))',
        "{{link_side}}",
      ]),
      {
        ...panel("Alerts", "What fires, of both sides.", "short", [
          'count by (alertname, severity, link_side) (ALERTS{alertstate="firing",severity!="none",link_side=~"$side"})',
          "{{link_side}} {{alertname}}",
        ]),
        whenEmpty: "No alert fires.",
      },
    ],
  },
];
