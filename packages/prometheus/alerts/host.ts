import { alert, byKind, rose } from "./alert.ts";

const day = 86_400;

// Bind mounts below /run are parts of another file system.
const real = 'fstype!~"tmpfs|ramfs|squashfs",mountpoint!~"/run/.*"';

/** The machine: disk, memory, boots. */
export const hostAlerts = {
  DiskFilling: alert(
    "warning",
    { for: "30m", window: "6h", threshold: day },
    "{{ $labels.mountpoint }} will be full in {{ $value | humanizeDuration }} at the current rate.",
    ({ window, threshold }, own) => {
      const available = own("node_filesystem_avail_bytes", real);
      return `${available} / -(deriv(${available}[${window}]) < 0) < ${threshold}`;
    },
  ),
  DiskNearlyFull: alert(
    "critical",
    { for: "5m", threshold: 0.1 },
    "{{ $labels.mountpoint }} has {{ $value | humanizePercentage }} left.",
    ({ threshold }, own) =>
      `${own("node_filesystem_avail_bytes", real)} / ${own("node_filesystem_size_bytes", real)} < ${threshold}`,
  ),
  InodesNearlyGone: alert(
    "warning",
    { for: "5m", threshold: 0.05 },
    "{{ $labels.mountpoint }} has {{ $value | humanizePercentage }} of its inodes left.",
    ({ threshold }, own) =>
      `${own("node_filesystem_files_free", real)} / (${own("node_filesystem_files", real)} > 0) < ${threshold}`,
  ),
  MemoryShort: alert(
    "warning",
    { for: "10m", threshold: 0.1 },
    "{{ $value | humanizePercentage }} of the memory is available.",
    ({ threshold }, own) =>
      `${own("node_memory_MemAvailable_bytes")} / ${own("node_memory_MemTotal_bytes")} < ${threshold}`,
  ),
  OutOfMemoryKill: alert(
    "critical",
    { for: "0s", window: "15m" },
    "The OOM killer killed a process.",
    ({ window }, own) => rose(own("node_vmstat_oom_kill"), window),
  ),
  MemoryAtCeiling: alert(
    "warning",
    { for: "5m", threshold: 0.85 },
    "{{ $labels.kind }} uses {{ $value | humanizePercentage }} of its memory limit (MemoryMax).",
    ({ threshold }, own, { side }) => {
      const ceiling = (unit: string) =>
        own("metrics_link_unit_memory_max_bytes", `unit="metrics-link-${unit}.service"`);
      const go = (metric: string) => own(`go_memstats_${metric}_bytes`, 'job="prometheus"');
      // Without memory that the kernel can reclaim at any time, such as the page cache.
      return byKind({
        Prometheus: `(${go("sys")} - ${go("heap_released")}) / on () ${ceiling("prometheus")} > ${threshold}`,
        Envoy: `${own("envoy_server_memory_physical_size")} / on () ${ceiling("envoy")} > ${threshold}`,
        ...(side === "receives"
          ? { Gate: `${own("metrics_link_gate_memory_bytes")} / on () ${ceiling("gate")} > ${threshold}` }
          : {}),
      });
    },
  ),
  UnitNotFenced: alert(
    "critical",
    { for: "5m" },
    "The kernel does not restrict {{ $labels.unit }} to its addresses and ports: it could obtain the host's IAM credentials.",
    (_, own) => `${own("metrics_link_unit_fenced")} == 0`,
  ),
  HostRebooted: alert(
    "info",
    { for: "0s", threshold: 600 },
    "The host booted {{ $value | humanizeDuration }} ago.",
    ({ threshold }, own) => `${own("node_time_seconds")} - ${own("node_boot_time_seconds")} < ${threshold}`,
  ),
};
