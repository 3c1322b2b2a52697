import { anyOf } from "@metrics-link/contract";
import { alert, byKind, type Link, rose, roseOrBegan, type Side } from "./alert.ts";
import { ofNoPinned } from "./pins.ts";

const others: Readonly<Record<Side, Side>> = { sends: "receives", receives: "sends" };
const ownJobs = ["prometheus", "envoy", "node"] as const;

/** Prometheus shows a sample for five minutes, so a failure of a job with this interval lasts as long as the alert waits. */
const slowSeconds = 120;

/**
 * The targets of this host that are down. A receiver also stores what its senders know of their targets, which is for the
 * senders to say. Of a job with a long interval there may be no sample to see: it is lost after two scrapes without success.
 */
function lostTargets({ side, jobs, pins = [] }: Link): string {
  const ofUser = `link_side!="${others[side]}"${ofNoPinned(pins)}`;
  const slow = jobs.filter(({ intervalSeconds }) => intervalSeconds > slowSeconds);
  const quick = jobs.filter((job) => !slow.includes(job));
  const down = (...matchers: readonly string[]) => `up{${matchers.join(",")}} == 0`;
  const downTwice = (seconds: number, ...matchers: readonly string[]) =>
    `max_over_time(up{${matchers.join(",")}}[${Math.ceil(2 * seconds)}s]) == 0`;
  const conditions = jobs.some(({ isRelabelled }) => isRelabelled)
    ? // A target's label does not say of which job it is.
      [down(ofUser), ...slow.map(({ intervalSeconds }) => downTwice(intervalSeconds, ofUser))]
    : [
        ...(side === "sends"
          ? [down(ofUser, ...(slow.length === 0 ? [] : [`job!~${oneOf(slow)}`]))]
          : [down(`link_side="${side}"`), ...(quick.length === 0 ? [] : [down(ofUser, `job=~${oneOf(quick)}`)])]),
        ...slow.map((job) => downTwice(job.intervalSeconds, ofUser, `job=~${oneOf([job])}`)),
      ];
  return conditions.join("\nor\n");
}

const oneOf = (jobs: Link["jobs"]) => anyOf(jobs.map(({ name }) => name));

/** Prometheus, Envoy and what is scraped. */
export const serviceAlerts = {
  TargetLost: alert(
    "warning",
    { for: "5m" },
    "{{ $labels.instance }} of job {{ $labels.job }} cannot be scraped.",
    (_settings, _own, link) => lostTargets(link),
  ),
  SamplesFromFuture: alert(
    "warning",
    { for: "5m", threshold: 30 },
    "Samples are stored whose timestamps are {{ $value | humanizeDuration }} ahead of this host's clock: a target tells times of its own.",
    ({ threshold }, own) => `${own("prometheus_tsdb_head_max_time_seconds")} - time() > ${threshold}`,
  ),
  ScrapedSamplesLost: alert(
    "warning",
    { for: "0s", window: "15m" },
    "Prometheus refused {{ $value | humanize }} scraped samples because of their timestamps, and they are lost: {{ $labels.kind }}.",
    ({ window }, own) => {
      const refused = (what: string) => rose(own(`prometheus_target_scrapes_sample_${what}_total`), window);
      return byKind({
        "too old, or more than ten minutes ahead": refused("out_of_bounds"),
        "older than a stored one": refused("out_of_order"),
        "a second value for one time": refused("duplicate_timestamp"),
      });
    },
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
    "{{ or $labels.kind $labels.job }} has started {{ $value }} times within minutes.",
    ({ window, threshold }, own, { side }) =>
      [
        `changes(${own("process_start_time_seconds", 'job=~"prometheus|node"')}[${window}]) > ${threshold}`,
        `resets(${own("envoy_server_uptime")}[${window}]) > ${threshold}`,
        ...(side === "receives"
          ? [byKind({ gate: `changes(${own("metrics_link_gate_start_timestamp_seconds")}[${window}]) > ${threshold}` })]
          : []),
      ].join("\nor\n"),
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
    "Envoy answered writes with a 4xx ({{ $labels.envoy_http_conn_manager_prefix }}): the sender's queue does not send them again, its repairer does.",
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
