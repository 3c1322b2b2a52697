import { alert, byKind, rose, roseOrBegan, type Side } from "./alert.ts";

const others: Readonly<Record<Side, Side>> = { sends: "receives", receives: "sends" };
const ownJobs = ["prometheus", "envoy", "node"] as const;

/** Prometheus, Envoy and what is scraped. */
export const serviceAlerts = {
  TargetLost: alert(
    "warning",
    { for: "5m" },
    "{{ $labels.instance }} of job {{ $labels.job }} cannot be scraped.",
    // The user's jobs have no link_side label.
    (_settings, _own, { side }) => `up{link_side!="${others[side]}"} == 0`,
  ),
  ScrapeLimitReached: alert(
    "warning",
    { for: "0s", window: "15m" },
    "Prometheus rejects scrapes that exceed a limit: {{ $labels.kind }}.",
    ({ window }, own) => {
      const refused = (what: string) => rose(own(`prometheus_target_${what}_total`), window);
      return byKind({
        "bytes of a body": refused("scrapes_exceeded_body_size_limit"),
        samples: refused("scrapes_exceeded_sample_limit"),
        "labels, or characters in one": refused("scrape_pool_exceeded_label_limits"),
        "targets of a job": refused("scrape_pool_exceeded_target_limit"),
      });
    },
  ),
  OwnTargetMissing: alert("critical", { for: "5m" }, "The host's own job {{ $labels.job }} has no target.", (_, own) =>
    ownJobs.map((job) => `absent(${own("up", `job="${job}"`)})`).join("\nor\n"),
  ),
  ServiceRestarts: alert(
    "warning",
    { for: "0s", window: "15m", threshold: 2 },
    "{{ $labels.job }} has started {{ $value }} times within minutes.",
    ({ window, threshold }, own) =>
      `changes(${own("process_start_time_seconds", 'job=~"prometheus|node"')}[${window}]) > ${threshold}\nor\n` +
      `resets(${own("envoy_server_uptime")}[${window}]) > ${threshold}`,
  ),
  EnvoyOverloaded: alert(
    "critical",
    { for: "1m", window: "5m" },
    "Envoy sheds load, because it is short of memory or connections: {{ $labels.kind }}.",
    ({ window }, own) =>
      byKind({
        "resets the largest requests": rose(own("envoy_envoy_overload_actions_reset_high_memory_stream_count"), window),
        "refuses connections beyond those of all senders": rose(
          own("envoy_listener_downstream_global_cx_overflow"),
          window,
        ),
        "stops accepting requests": `${own("envoy_overload_envoy_overload_actions_stop_accepting_requests_active")} > 0`,
        "stops accepting connections": `${own("envoy_overload_envoy_overload_actions_stop_accepting_connections_active")} > 0`,
      }),
  ),
  EnvoyDropsWrites: alert(
    "critical",
    { for: "0s", window: "15m" },
    "Envoy answered writes with a 4xx, which makes the sender drop them ({{ $labels.envoy_http_conn_manager_prefix }}).",
    ({ window }, own) =>
      roseOrBegan(
        own(
          "envoy_http_downstream_rq_xx",
          `envoy_http_conn_manager_prefix=~"egress|sender_.+",envoy_response_code_class="4"`,
        ),
        window,
      ),
  ),
  ConfigurationNotLoaded: alert(
    "critical",
    { for: "5m" },
    "Prometheus runs with an old configuration: it could not load the new one.",
    (_, own) => `${own("prometheus_config_last_reload_successful")} == 0`,
  ),
  RulesFail: alert(
    "critical",
    { for: "0s", window: "15m" },
    "Rules of {{ $labels.rule_group }} could not be evaluated, so their alerts cannot fire.",
    ({ window }, own) =>
      `${rose(own("prometheus_rule_evaluation_failures_total"), window)}\nor\n` +
      rose(own("prometheus_rule_group_iterations_missed_total"), window),
  ),
  StorageFails: alert(
    "critical",
    { for: "0s", window: "15m" },
    "Prometheus cannot write or compact its storage: {{ $labels.kind }}.",
    ({ window }, own) =>
      byKind({
        "writing the WAL": rose(own("prometheus_tsdb_wal_writes_failed_total"), window),
        "a corrupt WAL": rose(own("prometheus_tsdb_wal_corruptions_total"), window),
        "truncating the WAL": rose(own("prometheus_tsdb_wal_truncations_failed_total"), window),
        "a checkpoint of the WAL": rose(own("prometheus_tsdb_checkpoint_creations_failed_total"), window),
        "compacting blocks": rose(own("prometheus_tsdb_compactions_failed_total"), window),
      }),
  ),
  AlertsNotDelivered: alert(
    "critical",
    { for: "5m", window: "15m" },
    "Alerts do not reach an Alertmanager: {{ $labels.kind }}.",
    ({ window }, own) =>
      byKind({
        dropped: rose(own("prometheus_notifications_dropped_total"), window),
        errors: roseOrBegan(own("prometheus_notifications_errors_total"), window),
      }),
    { when: ({ delivers }) => delivers },
  ),
  Watchdog: alert(
    "none",
    { for: "0s" },
    "Always firing: if it stops arriving, no alert is delivered.",
    () => "vector(1)",
  ),
};
