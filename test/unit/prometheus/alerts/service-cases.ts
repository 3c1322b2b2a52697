import { type Case, clock, counter, receiver, sender, still } from "./case.ts";

/** The alerts about Prometheus, Envoy, the gate and what is scraped. */
export const serviceCases = {
  SamplesFromFuture: {
    side: "sends",
    fires: { [sender("prometheus_tsdb_head_max_time_seconds")]: "540+60x120" },
    silent: { [sender("prometheus_tsdb_head_max_time_seconds")]: "0+60x120" },
    at: 30,
  },
  ScrapedSamplesLost: ["out_of_bounds", "out_of_order", "duplicate_timestamp"].map((what) =>
    counter(sender(`prometheus_target_scrapes_sample_${what}_total`)),
  ),
  TargetLost: [
    // Of a job with an interval of ten minutes, no sample is in sight for half of the time.
    {
      side: "sends",
      fires: { 'up{job="rare",instance="a"}': "1 _x9 0 _x9 0 _x9 0 _x9 0 _x9" },
      silent: { 'up{job="rare",instance="a"}': "1 _x9 0 _x9 1 _x9 0 _x9 1 _x9" },
      at: 47,
    },
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
    {
      side: "receives",
      fires: { [receiver("metrics_link_gate_start_timestamp_seconds")]: "0+60x120" },
      silent: { [receiver("metrics_link_gate_start_timestamp_seconds")]: "0+0x25 1500+0x90" },
      at: 30,
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
} satisfies Readonly<Record<string, Case | readonly Case[]>>;
