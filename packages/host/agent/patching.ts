import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Release } from "@metrics-link/release";
import { metric } from "../common/prometheus.ts";

const database = "var/lib/dpkg";
const managementAgent = "amazon-ssm-agent";

/** How current what runs on a host is; what is unknown is undefined. */
export interface Patches {
  /** Seconds since 1970: when the newest package of the image was installed into it. */
  readonly image?: number | undefined;
  /** The installed version of the management agent, as its package says it. */
  readonly managementAgent?: string | undefined;
}

/**
 * Reads dpkg's database. The image tells its own age: dpkg writes the list of a package's files when it unpacks it, and on
 * a host it unpacks nothing but the management agent, at the first boot. So nobody has to ask EC2, an image of one's own counts
 * from its last update, and an instance that was not replaced shows the age that it really has.
 */
export async function patchesOf(root: string): Promise<Patches> {
  try {
    return { image: await newestPackage(root), managementAgent: await installedVersion(root) };
  } catch (error) {
    console.error(`The age of the image is unknown: ${(error as Error).message}`);
    return {};
  }
}

async function newestPackage(root: string): Promise<number | undefined> {
  const folder = join(root, database, "info");
  const lists = (await readdir(folder)).filter((name) => name.endsWith(".list") && !name.startsWith(managementAgent));
  const times = await Promise.all(lists.map(async (name) => (await stat(join(folder, name))).mtimeMs));
  return times.length === 0 ? undefined : Math.floor(Math.max(...times) / 1000);
}

async function installedVersion(root: string): Promise<string | undefined> {
  const status = await readFile(join(root, database, "status"), "utf8");
  const paragraph = status.split(/\n\n/).find((text) => text.startsWith(`Package: ${managementAgent}\n`));
  return paragraph?.match(/^Version: (\S+)$/m)?.[1];
}

/** In the text format of Prometheus, by a host's release. */
export function patchMetrics({ image, managementAgent: installed }: Patches, release: Release | undefined): string[] {
  const wanted = release?.managementAgent?.version;
  const pinned = [...(release?.tools ?? []), ...(release?.managementAgent ? [release.managementAgent] : [])];
  return [
    metric(
      "metrics_link_image_timestamp_seconds",
      "gauge",
      "When the newest package of this host's image was installed into it.",
      [{ value: image }],
    ),
    metric(
      "metrics_link_tool_pinned_timestamp_seconds",
      "gauge",
      "When the version of a tool in the release was pinned.",
      pinned.map(({ name, version, pinnedOn }) => ({
        labels: { tool: name, version },
        value: pinnedOn === undefined ? undefined : Date.parse(pinnedOn) / 1000,
      })),
    ),
    metric(
      "metrics_link_management_agent_matches",
      "gauge",
      "1 while the installed management agent is the release's; 0 until the instance is replaced.",
      wanted === undefined
        ? []
        : [{ labels: { installed: installed ?? "none", wanted }, value: isVersion(installed, wanted) ? 1 : 0 }],
    ),
  ];
}

/** A package's version may have a revision of Debian's behind the upstream's. */
const isVersion = (installed: string | undefined, wanted: string) =>
  installed === wanted || installed?.startsWith(`${wanted}-`) === true;
