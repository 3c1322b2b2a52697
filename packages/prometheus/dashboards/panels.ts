/** Seconds, a count, a fraction of 1, requests per second; as Grafana names them. */
type Unit = "s" | "short" | "percentunit" | "reqps";

/** A panel: Prometheus expressions, each with a legend. `$side` is the dashboard's variable. */
export interface Panel {
  readonly title: string;
  /** One sentence: which values are good, which are bad. */
  readonly description: string;
  readonly unit: Unit;
  /** Shown if there is no series and that is normal. If absent, an empty panel means that something is wrong. */
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

/** The rows of the dashboard: flow, senders, lag, handshakes, certificates, hosts. */
export const rows: readonly Row[] = [
  {
    title: "Flow",
    panels: [
      panel(
        "Samples sent",
        "Steady and equal to the scrape rate. A gap is an outage; the peak after it is the backlog.",
        "short",
        [rate(`${remoteStorage}_samples_total`), "sent"],
        [rate(`${remoteStorage}_samples_retried_total`), "sent again"],
        [rate(`${remoteStorage}_samples_failed_total`), "refused, left to the repairer"],
      ),
      panel(
        "Writes at the receiver",
        "Only 204. The queue retries a batch with a 5xx; the repairer sends the samples of one with a 4xx again.",
        "reqps",
        [
          `sum by (code) (${rate('prometheus_http_requests_total{handler="/api/v1/write",link_side="receives"}')})`,
          "{{code}}",
        ],
      ),
      panel(
        "Requests through Envoy",
        "By status class. The queue retries a 5xx; the repairer sends the samples of a 4xx again.",
        "reqps",
        [
          `sum by (envoy_http_conn_manager_prefix, envoy_response_code_class) (${rate('envoy_http_downstream_rq_xx{envoy_http_conn_manager_prefix=~"egress|sender_.+|elsewhere"}')})`,
          "{{envoy_http_conn_manager_prefix}} {{envoy_response_code_class}}xx",
        ],
      ),
    ],
  },
  {
    title: "Lag and backlog",
    panels: [
      panel(
        "Behind",
        "Seconds since which the receiver has not acknowledged what this host stored, by the host's clock. Below 10 is normal at a scrape interval of 15 s or less.",
        "s",
        // Before the first acknowledgement the lag is the time since 1970, which would dwarf everything else.
        ["metrics_link:link_lag:seconds < 1e9", "behind"],
      ),
      panel(
        "Time left",
        "How long an outage may last, counted from now. While the link is behind: the time left.",
        "s",
        ["metrics_link:backlog_time_left:seconds", "until the queue skips its backlog"],
        ["metrics_link:wal_next_truncation:seconds", "until the next truncation"],
      ),
      panel(
        "Segments of the WAL",
        "The reader must stay above the oldest segment that the next truncation keeps.",
        "short",
        ["metrics_link:wal_newest:segment", "newest"],
        ["metrics_link:wal_reader:segment", "reader"],
        ["metrics_link:wal_kept_from:segment_1", "kept by the next truncation"],
        ["metrics_link:wal_oldest:segment", "oldest"],
      ),
      panel(
        "Shards",
        "If wanted stays above the limit, the link cannot keep up.",
        "short",
        [`${remoteStorage}_shards`, "in use"],
        [`${remoteStorage}_shards_desired`, "wanted"],
        [`${remoteStorage}_shards_max`, "limit"],
      ),
    ],
  },
  {
    title: "Gate",
    panels: [
      panel("Samples by sender", "The ten senders that write most.", "short", [
        `topk(10, sum by (sender) (${rate('metrics_link_gate_written_total{kind!="exemplars",link_side="receives"}')}))`,
        "{{sender}}",
      ]),
      panel("Active series by sender", "The ten senders with most series.", "short", [
        'topk(10, metrics_link_gate_active_series{link_side="receives"})',
        "{{sender}}",
      ]),
      {
        ...panel("Refused", "Zero. Series in requests that a sender may not write, or not now.", "short", [
          'sum by (sender, reason) (increase(metrics_link_gate_refused_series_total{link_side="receives"}[$__rate_interval]))',
          "{{sender}} {{reason}}",
        ]),
        whenEmpty: "Nothing was refused.",
      },
      {
        ...panel("Limits in use", "Below 80%. Only shares from one half on are told.", "percentunit", [
          'metrics_link_gate_limit_used_ratio{link_side="receives"}',
          "{{sender}} {{limit}}",
        ]),
        whenEmpty: "No sender uses half of a limit.",
      },
    ],
  },
  {
    title: "Handshakes",
    panels: [
      panel(
        "Refused by the receiver",
        "Zero. Any increase is a client with the wrong certificate.",
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
        "Zero.",
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
      panel("Expiry", "An update renews a leaf in its last third; people rotate the others.", "s", [
        'metrics_link_certificate_not_after_timestamp_seconds{link_side=~"$side"} - time()',
        "{{link_side}} {{tier}}",
      ]),
      panel("Trust bundles", "1. At 0, someone changed whom the host trusts.", "short", [
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
      panel(
        "Age of image and tools",
        "Below 45 days for the image, 90 for a tool: nothing updates itself.",
        "s",
        ['time() - metrics_link_image_timestamp_seconds{link_side=~"$side"}', "{{link_side}} image"],
        ['time() - metrics_link_tool_pinned_timestamp_seconds{link_side=~"$side"}', "{{link_side}} {{tool}}"],
      ),
      panel("Data volume free", "Above 20%: Prometheus uses at most 80%.", "percentunit", [
        'node_filesystem_avail_bytes{link_side=~"$side",mountpoint="/var/lib/metrics-link"} / node_filesystem_size_bytes',
        "{{link_side}}",
      ]),
      panel("Memory available", "Above 10%.", "percentunit", [
        'node_memory_MemAvailable_bytes{link_side=~"$side"} / node_memory_MemTotal_bytes',
        "{{link_side}}",
      ]),
      panel("CPU in use", "Below 90%.", "percentunit", [
        '1 - avg by (link_side) (rate(node_cpu_seconds_total{link_side=~"$side",mode="idle"}[$__rate_interval]))',
        "{{link_side}}",
      ]),
      {
        ...panel("Alerts", "Firing alerts of both sides.", "short", [
          'count by (alertname, severity, link_side) (ALERTS{alertstate="firing",severity!="none",link_side=~"$side"})',
          "{{link_side}} {{alertname}}",
        ]),
        whenEmpty: "No alert fires.",
      },
    ],
  },
];
