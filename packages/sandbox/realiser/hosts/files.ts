import { join } from "node:path";
import type { Layout } from "../../model/layout.ts";

/** What one host has on this machine's disk. */
export interface HostFiles {
  readonly directory: string;
  /** The overlay: shared image below, this host's changes above. */
  readonly root: string;
  /** The root disk: a file system of its own, in a sparse file, on which the changes lie. */
  readonly diskImage: string;
  readonly disk: string;
  readonly upper: string;
  readonly work: string;
  /** systemd-nspawn's command line, NUL-separated; read anew by the supervisor at each start. */
  readonly command: string;
  /** The control groups that the host's processes go to, one a line. */
  readonly groups: string;
  readonly consoleLog: string;
  /** The process id of the running systemd-nspawn. */
  readonly pid: string;
  /** Present when the host must not be running; says who stopped it (see power.ts). */
  readonly stopped: string;
  /** Data volumes and the NVMe number of each. */
  readonly volumes: string;
  /** tmpfiles.d(5) lines for the links below /dev/disk/by-id. */
  readonly deviceLinks: string;
  /** Bound to /sys/hypervisor/uuid, by which cloud-init knows EC2. */
  readonly hypervisorUuid: string;
}

export function hostFiles(layout: Pick<Layout, "hosts">, instanceId: string): HostFiles {
  const directory = join(layout.hosts, instanceId);
  const at = (name: string) => join(directory, name);
  return {
    directory,
    root: at("root"),
    diskImage: at("root-disk.img"),
    disk: at("root-disk"),
    upper: at("root-disk/upper"),
    work: at("root-disk/work"),
    command: at("command"),
    groups: at("groups"),
    consoleLog: at("console.log"),
    pid: at("nspawn.pid"),
    stopped: at("stopped"),
    volumes: at("volumes.json"),
    deviceLinks: at("device-links.conf"),
    hypervisorUuid: at("hypervisor-uuid"),
  };
}
