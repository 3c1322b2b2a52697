/** What a world reads and makes on disk before it starts. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LinkError, messageOf, parseJson } from "@metrics-link/contract";
import { cacheDirectory } from "@metrics-link/release";
import { z } from "zod";
import type { Layout } from "../model/layout.ts";
import { cachePlugins } from "../plugins/cache.ts";

/**
 * Refuses to start with resources that the AWS API no longer has: moto keeps nothing on disk, so after a crash or a
 * reboot the cloud's record describes resources that are gone.
 */
export function refuseForgottenCloud(layout: Layout): void {
  if (!existsSync(layout.cloudFile)) return;
  const file = z.object({ resources: z.array(z.unknown()).default([]) });
  const { resources } = parseJson(file, readFileSync(layout.cloudFile, "utf8"), layout.cloudFile);
  if (resources.length === 0) return;
  throw new LinkError("SANDBOX_UNUSABLE", {
    what: `the last run of the sandbox ended with ${resources.length} resources, which its AWS API no longer has`,
    next: "run `npm run -s sandbox -- down`, then up again",
  });
}

/** The root file system that hosts boot from, as set-up recorded it. */
export function hostImage(cache = cacheDirectory()): string {
  const file = join(cache, "toolchain.json");
  try {
    const setUp = z.object({ image: z.object({ root: z.string() }) });
    return parseJson(setUp, readFileSync(file, "utf8"), file).image.root;
  } catch (error) {
    throw new LinkError("SANDBOX_UNUSABLE", {
      what: `${file} names no image for the hosts (${messageOf(error)})`,
      next: "run npm run setup",
      cause: error,
    });
  }
}

/** PULUMI_HOME: what Pulumi keeps besides state, inside the sandbox instead of $HOME. */
export const pulumiHome = (layout: Layout): string => join(layout.directory, "pulumi");

/**
 * Makes the folder, with the sandbox's plugins. A file takes the place of the folder in which Pulumi writes a compressed, encrypted debug log
 * of every command: that costs a second of each preview on two cores, and Pulumi continues when it cannot write.
 */
export function makePulumiHome(layout: Layout): void {
  const home = pulumiHome(layout);
  mkdirSync(home, { recursive: true });
  cachePlugins(home);
  writeFileSync(join(home, "logs"), "Not a folder: see packages/sandbox/world/files.ts\n");
}
