import { readFileSync } from "node:fs";
import { hostPaths, hostUsers } from "@metrics-link/release";
import { stringify } from "yaml";
import {
  bootstrapUnitName,
  commandLine,
  dataMountName,
  dataUnitName,
  hardening,
  unitNames,
  unitText,
} from "./units.ts";

export interface CloudInitInput {
  readonly hostName: string;
  readonly region: string;
  readonly bucket: string;
  /** As EC2 names it: vol-0123... */
  readonly volumeId: string;
}

/** EC2's limit on user data before it is encoded (EC2 User Guide, "Run commands when you launch an instance"). */
export const userDataLimitBytes = 16 * 1024;

/**
 * Fixed, because files on the data volume belong to numbers and the volume moves from instance to instance. Debian
 * hands out system ids from 100 upwards and from 999 downwards; these are far from both.
 */
const userIds: Readonly<Record<string, number>> = {
  [hostUsers.envoy]: 901,
  [hostUsers.prometheus]: 902,
  [hostUsers.nodeExporter]: 903,
  [hostUsers.repair]: 904,
};

const binDirectory = `${hostPaths.base}/bin`;
/** cloud-init runs what lies there at each boot (cc_scripts_per_boot), at the first one before any `runcmd`. */
const bootScript = "/var/lib/cloud/scripts/per-boot/metrics-link";
const deviceLink = "/run/metrics-link-data/device";
const script = (name: string) => readFileSync(new URL(`./scripts/${name}`, import.meta.url), "utf8");

/** What a host brings with it from its first boot: everything else arrives as a release. */
export function cloudInit({ hostName, region, bucket, volumeId }: CloudInitInput) {
  const device = `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volumeId.replace("-", "")}`;
  const file = (path: string, permissions: string, content: string) => ({ path, permissions, content });
  const unit = (name: string, content: string) => file(`/etc/systemd/system/${name}`, "0644", content);
  return {
    // No login of any kind: no default user, no password, no key.
    users: Object.entries(userIds).map(([name, uid]) => ({
      name,
      uid,
      system: true,
      no_create_home: true,
      homedir: "/nonexistent",
      shell: "/usr/sbin/nologin",
      lock_passwd: true,
    })),
    disable_root: true,
    ssh_pwauth: false,
    write_files: [
      // Each SDS path takes an inotify instance of Envoy's user, and the default is 128.
      file("/etc/sysctl.d/60-metrics-link.conf", "0644", "fs.inotify.max_user_instances = 4096\n"),
      file(
        "/etc/metrics-link/agent.json",
        "0644",
        `${JSON.stringify({ host: hostName, region, bucket }, undefined, 2)}\n`,
      ),
      file(`${binDirectory}/data-volume`, "0755", script("data-volume.sh")),
      file(`${binDirectory}/bootstrap`, "0755", script("bootstrap.sh")),
      file(`${binDirectory}/agent`, "0755", script("agent.sh")),
      file(bootScript, "0755", script("boot.sh")),
      unit(dataUnitName, dataUnit(device)),
      unit(dataMountName, dataMount()),
      unit(bootstrapUnitName, bootstrapUnit([region, bucket, hostName])),
      unit(unitNames.agent, agentService()),
      unit(unitNames.agentTimer, agentTimer()),
    ],
  };
}

/**
 * User data as EC2 takes it.
 * @throws Error when it is larger than EC2 allows
 */
export function cloudInitText(input: CloudInitInput): string {
  const text = `#cloud-config\n${stringify(cloudInit(input), { lineWidth: 0 })}`;
  const size = Buffer.byteLength(text);
  if (size <= userDataLimitBytes) return text;
  throw new Error(`User data of host ${input.hostName} has ${size} bytes, EC2 allows ${userDataLimitBytes}`);
}

/** No dependency on a .device unit: a machine without udev has none, and the script waits for the file anyway. */
function dataUnit(device: string): string {
  // A file system is made on a device, and that is all that root is needed for.
  const { PrivateDevices: _devices, RestrictAddressFamilies: _families, ...kept } = hardening;
  return unitText({
    Unit: { Description: "Data volume of metrics-link: made ready" },
    Service: {
      Type: "oneshot",
      RemainAfterExit: true,
      ExecStart: commandLine([`${binDirectory}/data-volume`, device, hostPaths.data, deviceLink]),
      RuntimeDirectory: "metrics-link-data",
      // A start that gave up would take Prometheus' start down with it.
      TimeoutStartSec: "infinity",
      Restart: "on-failure",
      RestartSec: 5,
      ...kept,
      DevicePolicy: "closed",
      DeviceAllow: "block-* rw",
      PrivateNetwork: true,
      RestrictAddressFamilies: "none",
      IPAddressDeny: "any",
    },
  });
}

function dataMount(): string {
  return unitText({
    Unit: {
      Description: "Data volume of metrics-link",
      Requires: dataUnitName,
      After: dataUnitName,
      // By default the whole boot would wait for it, and it may come long after.
      DefaultDependencies: false,
      Conflicts: "umount.target",
      Before: "umount.target",
    },
    // sync: what is acknowledged to a sender must outlive a power cut, and Prometheus does not wait for the disk itself.
    Mount: { What: deviceLink, Where: hostPaths.data, Type: "ext4", Options: "sync,noatime,nosuid,nodev,noexec" },
    Install: { WantedBy: "multi-user.target" },
  });
}

function bootstrapUnit(args: readonly string[]): string {
  return unitText({
    Unit: {
      Description: "First visit to the bucket of releases",
      After: "network-online.target",
      Wants: "network-online.target",
      ConditionPathExists: `!${binDirectory}/agent.mjs`,
    },
    Service: {
      Type: "oneshot",
      RemainAfterExit: true,
      ExecStart: commandLine([`${binDirectory}/bootstrap`, ...args]),
      TimeoutStartSec: "infinity",
      ...hardening,
      // It asks systemd to start the agent.
      PrivateUsers: false,
      ReadWritePaths: hostPaths.base,
      UMask: "0022",
    },
    Install: { WantedBy: "multi-user.target" },
  });
}

const {
  // It gives files to other users, which needs the real user ids.
  PrivateUsers: _users,
  ...kept
} = hardening;

/**
 * One run of the agent. It is root because it changes owners, units and links; of root's powers it keeps those that
 * this takes, and of the disk the places that a release lives in.
 */
export function agentService(): string {
  return unitText({
    Unit: {
      Description: "Bring this host to its release",
      After: "network-online.target",
      Wants: "network-online.target",
      // Whoever starts it again and again means it.
      StartLimitIntervalSec: 0,
    },
    Service: {
      Type: "oneshot",
      ExecStart: `${hostPaths.base}/bin/agent run`,
      StateDirectory: "metrics-link-agent metrics-link-agent/textfile",
      StateDirectoryMode: "0755",
      TimeoutStartSec: 900,
      ...kept,
      // It gives files to those who read them, and cannot read them itself afterwards.
      CapabilityBoundingSet: "CAP_CHOWN",
      // Envoy's admin socket, and the names of Prometheus' WAL.
      SupplementaryGroups: `${hostUsers.envoy} ${hostUsers.prometheus}`,
      ReadWritePaths: `${hostPaths.base} /etc/systemd/system /run -/etc/systemd/system.control -/usr/local/lib/systemd/system`,
      RestrictAddressFamilies: "AF_UNIX AF_INET AF_INET6",
      PrivateMounts: true,
      // Changing owners is in @privileged.
      SystemCallFilter: ["@system-service", "~@privileged @resources", "@chown"],
    },
  });
}

/** Half a minute after the boot, then a minute after the end of each run, spread so that an estate does not move as one. */
export function agentTimer(): string {
  return unitText({
    Unit: { Description: "Bring this host to its release, again and again" },
    Timer: { OnBootSec: "30s", OnUnitInactiveSec: "60s", RandomizedDelaySec: "15s", Unit: unitNames.agent },
    Install: { WantedBy: "timers.target" },
  });
}
