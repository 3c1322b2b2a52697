import { alert, rose } from "./alert.ts";

// Bind mounts below /run are parts of another file system.
const real = 'fstype!~"tmpfs|ramfs|squashfs",mountpoint!~"/run/.*"';

/** The machine below: disk, memory, boots. */
export const hostAlerts = [
  alert(
    "DiskFilling",
    "warning",
    "{{ $labels.mountpoint }} will be full in {{ $value | humanizeDuration }} if it goes on like this.",
    ({ window, threshold }, own) => {
      const available = own("node_filesystem_avail_bytes", real);
      return `${available} / -(deriv(${available}[${window}]) < 0) < ${threshold}`;
    },
  ),
  alert(
    "DiskNearlyFull",
    "critical",
    "{{ $labels.mountpoint }} has {{ $value | humanizePercentage }} left.",
    ({ threshold }, own) =>
      `${own("node_filesystem_avail_bytes", real)} / ${own("node_filesystem_size_bytes", real)} < ${threshold}`,
  ),
  alert(
    "InodesNearlyGone",
    "warning",
    "{{ $labels.mountpoint }} has {{ $value | humanizePercentage }} of its inodes left.",
    ({ threshold }, own) =>
      `${own("node_filesystem_files_free", real)} / (${own("node_filesystem_files", real)} > 0) < ${threshold}`,
  ),
  alert(
    "MemoryShort",
    "warning",
    "{{ $value | humanizePercentage }} of the memory is left.",
    ({ threshold }, own) =>
      `${own("node_memory_MemAvailable_bytes")} / ${own("node_memory_MemTotal_bytes")} < ${threshold}`,
  ),
  alert("OutOfMemoryKill", "critical", "The kernel ended a process for want of memory.", ({ window }, own) =>
    rose(own("node_vmstat_oom_kill"), window),
  ),
  alert(
    "HostRebooted",
    "info",
    "The host booted {{ $value | humanizeDuration }} ago.",
    ({ threshold }, own) => `${own("node_time_seconds")} - ${own("node_boot_time_seconds")} < ${threshold}`,
  ),
] as const;
