import { readFileSync } from "node:fs";
import { LinkError } from "@metrics-link/contract";
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
}

/** EC2's limit on user data before it is encoded (EC2 User Guide, "Run commands when you launch an instance"). */
export const userDataLimitBytes = 16 * 1024;

/**
 * Fixed, because files on the data volume are owned by numbers and the volume moves between instances. Debian assigns system
 * ids from 100 upwards and from 999 downwards; these are far from both.
 */
const userIds: Readonly<Record<string, number>> = {
  [hostUsers.envoy]: 901,
  [hostUsers.prometheus]: 902,
  [hostUsers.nodeExporter]: 903,
  [hostUsers.repair]: 904,
};

const binDirectory = `${hostPaths.base}/bin`;
/** cloud-init runs it at each boot (cc_scripts_per_boot), at the first one before any `runcmd`. */
const bootScript = "/var/lib/cloud/scripts/per-boot/metrics-link";
/** Where udev names disks by their model and serial number: of EBS, the volume's id. */
const disks = "/dev/disk/by-id";
const deviceLink = "/run/metrics-link-data/device";
const script = (name: string) => readFileSync(new URL(`./scripts/${name}`, import.meta.url), "utf8");

/**
 * What a host gets at its first boot; everything else arrives as a release. Nothing in it changes while the host lives: EC2
 * would stop a running instance for another text, and an instance made anew gets the first one.
 */
export function cloudInit({ hostName, region, bucket }: CloudInitInput) {
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
      // Each SDS path takes an inotify instance of Envoy's user; the default limit is 128.
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
      unit(dataUnitName, dataUnit()),
      unit(dataMountName, dataMount()),
      unit(bootstrapUnitName, bootstrapUnit([region, bucket, hostName])),
      unit(unitNames.agent, agentService()),
      unit(unitNames.agentTimer, agentTimer()),
    ],
  };
}

/**
 * User data as EC2 takes it.
 * @throws LinkError `AWS_LIMIT` when it is larger than EC2 allows
 */
export function cloudInitText(input: CloudInitInput): string {
  const text = `#cloud-config\n${stringify(cloudInit(input), { lineWidth: 0 })}`;
  const size = Buffer.byteLength(text);
  if (size <= userDataLimitBytes) return text;
  throw new LinkError("AWS_LIMIT", {
    what: `User data of host ${input.hostName} has ${size} bytes, EC2 allows ${userDataLimitBytes}`,
    next: "shorten a script",
  });
}

/** Without a dependency on a .device unit: a machine without udev has none, and the script waits for the device anyway. */
function dataUnit(): string {
  // Root is only needed to create a file system on a device.
  const { PrivateDevices: _devices, RestrictAddressFamilies: _families, ...kept } = hardening;
  return unitText({
    Unit: { Description: "Prepare the data volume of metrics-link" },
    Service: {
      Type: "oneshot",
      RemainAfterExit: true,
      ExecStart: commandLine([`${binDirectory}/data-volume`, disks, hostPaths.data, deviceLink]),
      RuntimeDirectory: "metrics-link-data",
      // A timeout here would make Prometheus' start fail too.
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
      // By default the whole boot would wait for it, and the volume may be attached much later.
      DefaultDependencies: false,
      Conflicts: "umount.target",
      Before: "umount.target",
    },
    // sync: samples that are acknowledged to a sender must survive a power cut, and Prometheus does not fsync.
    Mount: { What: deviceLink, Where: hostPaths.data, Type: "ext4", Options: "sync,noatime,nosuid,nodev,noexec" },
    Install: { WantedBy: "multi-user.target" },
  });
}

function bootstrapUnit(args: readonly string[]): string {
  return unitText({
    Unit: {
      Description: "Download the first agent from the bucket of releases",
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
      // It starts the agent through systemd.
      PrivateUsers: false,
      ReadWritePaths: hostPaths.base,
      UMask: "0022",
    },
    Install: { WantedBy: "multi-user.target" },
  });
}

const {
  // It gives files to other users, which needs real user ids.
  PrivateUsers: _users,
  ...kept
} = hardening;

/**
 * One run of the agent. It is root because it changes owners, units and links, with only the capabilities for that, and
 * write access only to the places of a release.
 */
function agentService(): string {
  return unitText({
    Unit: {
      Description: "Bring this host to its release",
      After: "network-online.target",
      Wants: "network-online.target",
      // Repeated starts are intended.
      StartLimitIntervalSec: 0,
    },
    Service: {
      Type: "oneshot",
      ExecStart: `${hostPaths.base}/bin/agent run`,
      StateDirectory: "metrics-link-agent metrics-link-agent/textfile",
      StateDirectoryMode: "0755",
      TimeoutStartSec: 900,
      ...kept,
      // It gives files to their owners, and cannot read them afterwards.
      CapabilityBoundingSet: "CAP_CHOWN",
      // Envoy's admin socket, and the names of Prometheus' WAL.
      SupplementaryGroups: `${hostUsers.envoy} ${hostUsers.prometheus}`,
      ReadWritePaths: `${hostPaths.base} /etc/systemd/system /run -/etc/systemd/system.control -/usr/local/lib/systemd/system`,
      RestrictAddressFamilies: "AF_UNIX AF_INET AF_INET6",
      PrivateMounts: true,
      // chown is part of @privileged.
      SystemCallFilter: ["@system-service", "~@privileged @resources", "@chown"],
    },
  });
}

/** Starts 30 s after the boot, then a minute after the end of each run, with jitter so that hosts do not act in lockstep. */
function agentTimer(): string {
  return unitText({
    Unit: { Description: "Bring this host to its release every minute" },
    Timer: { OnBootSec: "30s", OnUnitInactiveSec: "60s", RandomizedDelaySec: "15s", Unit: unitNames.agent },
    Install: { WantedBy: "timers.target" },
  });
}
