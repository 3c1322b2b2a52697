import { type Case, clock, counter, receiver, sender, still } from "./case.ts";

const notAfter = (tier: string) => sender("metrics_link_certificate_not_after_timestamp_seconds", `tier="${tier}"`);
const notBefore = (tier: string) => sender("metrics_link_certificate_not_before_timestamp_seconds", `tier="${tier}"`);
const inDays = (days: number) => `${days * 86_400}+0x120`;
/** A certificate with this validity, of which so much is left; promtool's clock begins at 0. */
const certificate = (tier: string, left: number, validity: number) => ({
  [notAfter(tier)]: inDays(left),
  [notBefore(tier)]: inDays(left - validity),
});
const disk = 'device="/dev/nvme1n1",fstype="ext4",mountpoint="/var/lib/metrics-link"';
const available = sender("node_filesystem_avail_bytes", disk);
const ceiling = (unit: string) => sender("metrics_link_unit_memory_max_bytes", `unit="metrics-link-${unit}.service"`);
const lastLook = sender("metrics_link_repair_last_look_timestamp_seconds");
const notCovered = sender("metrics_link_repair_not_covered_series");
const repairPending = sender("metrics_link_repair_pending_seconds");
const rising600 = "0+10x120";
const lastRun = sender("metrics_link_agent_last_run_timestamp_seconds");

/** Certificates, agent, host and services: the same on both sides. */
export const hostCases = {
  LeafRenewalOverdue: {
    side: "sends",
    fires: certificate("leaf", 9, 30),
    silent: certificate("leaf", 11, 30),
    at: 90,
  },
  LeafExpiring: {
    side: "sends",
    fires: certificate("leaf", 3, 30),
    silent: certificate("leaf", 4, 30),
    at: 30,
  },
  EnvoyCertificateExpiring: {
    side: "sends",
    fires: { [sender("envoy_server_days_until_first_cert_expiring")]: "2+0x120" },
    silent: { [sender("envoy_server_days_until_first_cert_expiring")]: "3+0x120" },
    at: 30,
  },
  AuthorityExpiring: ["intermediate", "root", "peer root"].flatMap((tier): Case[] => [
    { side: "sends", fires: certificate(tier, 300, 3650), silent: certificate(tier, 400, 3650), at: 90 },
    // One that is never valid for longer.
    { side: "sends", fires: certificate(tier, 70, 365), silent: certificate(tier, 300, 365), at: 90 },
  ]),
  CertificateNotTakenUp: [
    counter(sender("envoy_sds_key_rotation_failed", 'envoy_xds_resource_name="leaf"')),
    // The secret of a peer that was suspended: one more failure, and then an Envoy that does not know it.
    {
      side: "receives",
      fires: { [receiver("envoy_sds_key_rotation_failed", 'envoy_xds_resource_name="trusted-ca-b"')]: "0x28 1x10" },
      silent: { [receiver("envoy_sds_key_rotation_failed", 'envoy_xds_resource_name="trusted-ca-b"')]: "0x28 1 stale" },
      at: 31,
    },
  ],
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
  SamplesNotRepaired: [
    counter(sender("metrics_link_repair_skipped_samples_total", 'reason="too old"')),
    // It is born with the first sample.
    {
      side: "sends",
      fires: { [sender("metrics_link_repair_skipped_samples_total", 'reason="too old"')]: "_x25 7+0x95" },
      silent: { [sender("metrics_link_repair_skipped_samples_total", 'reason="too old"')]: "7+0x120" },
      at: 30,
    },
  ],
  RepairBehind: {
    side: "sends",
    fires: { [sender("metrics_link_repair_vouched_until_timestamp_seconds")]: "0+0x120" },
    // An outage of half an hour.
    silent: { [sender("metrics_link_repair_vouched_until_timestamp_seconds")]: "3600+0x120" },
    at: 80,
  },
  RepairOutrun: [
    {
      side: "sends",
      fires: { [repairPending]: rising600 },
      // As long as after an outage, and a backfill under way.
      silent: { [repairPending]: "0x20 7200-60x100" },
      at: 30,
    },
    // A window of two hours, opened at once, is no reason within minutes.
    { side: "sends", fires: { [repairPending]: rising600 }, silent: { [repairPending]: "0x24 7200+0x96" }, at: 30 },
  ],
  NotCovered: [
    counter(sender("metrics_link_repair_not_covered_samples_total", 'reason="native histogram"')),
    { side: "sends", fires: { [notCovered]: "3+0x120" }, silent: { [notCovered]: "0+0x120" }, at: 30 },
  ],
  RepairerSilent: [
    { side: "sends", fires: { [lastLook]: "0+0x120" }, silent: { [lastLook]: clock }, at: 30 },
    { side: "sends", fires: { [lastLook]: "0+60x10 _x110" }, silent: { [lastLook]: clock }, at: 30 },
  ],
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
  ScrapeLimitReached: [
    "target_scrapes_exceeded_body_size_limit",
    "target_scrapes_exceeded_sample_limit",
    "target_scrape_pool_exceeded_label_limits",
    "target_scrape_pool_exceeded_target_limit",
  ].map((name) => counter(sender(`prometheus_${name}_total`))),
  UnitNotFenced: {
    side: "sends",
    fires: { [sender("metrics_link_unit_fenced", 'unit="metrics-link-envoy.service"')]: "0+0x120" },
    silent: { [sender("metrics_link_unit_fenced", 'unit="metrics-link-envoy.service"')]: "1+0x120" },
    at: 30,
  },
  MemoryAtCeiling: [
    {
      side: "sends",
      fires: {
        [ceiling("prometheus")]: "1000+0x120",
        [sender("go_memstats_sys_bytes", 'job="prometheus"')]: "1200+0x120",
        [sender("go_memstats_heap_released_bytes", 'job="prometheus"')]: "300+0x120",
      },
      silent: { [sender("go_memstats_heap_released_bytes", 'job="prometheus"')]: "400+0x120" },
      at: 30,
    },
    {
      side: "sends",
      fires: { [ceiling("envoy")]: "1000+0x120", [sender("envoy_server_memory_physical_size")]: "900+0x120" },
      silent: { [sender("envoy_server_memory_physical_size")]: "800+0x120" },
      at: 30,
    },
    {
      side: "receives",
      fires: {
        [receiver("metrics_link_unit_memory_max_bytes", 'unit="metrics-link-gate.service"')]: "1000+0x120",
        [receiver("metrics_link_gate_memory_bytes")]: "900+0x120",
      },
      silent: { [receiver("metrics_link_gate_memory_bytes")]: "800+0x120" },
      at: 30,
    },
  ],
  // It never stays silent; the test of the rules says so.
  // Always true where they are at all; promtool.test.ts has them.
  PeerHeld: [],
  PeerSuspended: [],
  Watchdog: [],
} satisfies Readonly<Record<string, Case | readonly Case[]>>;
