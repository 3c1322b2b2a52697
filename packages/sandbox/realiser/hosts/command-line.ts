import type { Layout } from "../../model/layout.ts";
import { machineName, namespacePath, namespaces } from "../names.ts";
import type { CgroupSystem } from "./control-groups.ts";
import type { HostFiles } from "./files.ts";

/** What systemd-nspawn needs in its environment to start a host. */
export function nspawnEnvironment(): NodeJS.ProcessEnv {
  return {
    // /proc/sys/net writable and mounts below /sys possible, as on a machine of its own.
    SYSTEMD_NSPAWN_API_VFS_WRITABLE: "network",
    // Control groups of version 2, as on Debian 13: systemd filters a unit's packets and sockets by nothing else.
    SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1",
  };
}

/** The command line that boots a host. */
export function nspawnCommand(
  layout: Layout,
  instanceId: string,
  files: HostFiles,
  disks: readonly { readonly device: string; readonly node: string }[],
  system: CgroupSystem,
): string[] {
  const network = namespacePath(namespaces(layout).instance(instanceId));
  return [
    // Entered beforehand too: sysfs shows the namespace of the process that mounted it.
    "nsenter",
    `--net=${network}`,
    "systemd-nspawn",
    "--quiet",
    `--machine=${machineName(layout, instanceId)}`,
    `--directory=${files.root}`,
    "--boot",
    "--register=no",
    "--keep-unit",
    `--network-namespace-path=${network}`,
    "--capability=CAP_NET_ADMIN",
    // systemd puts programs on control groups with it (IPAddressDeny= and others), and says nothing when it cannot.
    "--system-call-filter=bpf",
    // Version 2 has no list of devices in the file system; a host that cannot make device files cannot open others'.
    ...(system.version === 2 ? ["--drop-capability=CAP_MKNOD"] : []),
    "--rlimit=NOFILE=1024:524288",
    "--resolv-conf=off",
    "--timezone=off",
    "--link-journal=no",
    // What systemd and cloud-init say while they boot goes to standard output, which is the console log.
    "--console=read-only",
    `--bind-ro=${files.hypervisorUuid}:/sys/hypervisor/uuid`,
    `--bind-ro=${files.deviceLinks}:/run/tmpfiles.d/ebs.conf`,
    ...disks.map(({ device, node }) => `--bind=${device}:${node}`),
  ];
}
