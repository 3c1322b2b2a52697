/** What a world reads and makes on disk before it starts. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LinkError, messageOf, parseJson } from "@metrics-link/contract";
import { cacheDirectory } from "@metrics-link/release";
import { z } from "zod";
import type { Layout } from "../model/layout.ts";
import { cachePlugins } from "../plugins/cache.ts";

/**
 * What to say of a sandbox whose world ended without being told to, undefined of any other: moto keeps nothing on disk, so
 * after a crash or a reboot the cloud's record has resources that are gone, and nobody has the key of the stacks' secrets.
 */
export function forgottenCloud(layout: Layout): { readonly what: string; readonly next: string } | undefined {
  if (!existsSync(layout.cloudFile)) return undefined;
  const file = z.object({ resources: z.array(z.unknown()).default([]) });
  const { resources } = parseJson(file, readFileSync(layout.cloudFile, "utf8"), layout.cloudFile);
  if (resources.length === 0) return undefined;
  return {
    what:
      `the last run of the sandbox was cut off, as by a restart of the machine. Its AWS API keeps nothing, so its ${resources.length} ` +
      "resources and the key of its stacks' secrets are gone",
    next: "run `npm run -s sandbox -- down`, which removes what is left of it, then `npm start`",
  };
}

/** @throws LinkError SANDBOX_UNUSABLE rather than start with what `forgottenCloud` tells of */
export function refuseForgottenCloud(layout: Layout): void {
  const forgotten = forgottenCloud(layout);
  if (forgotten !== undefined) throw new LinkError("SANDBOX_UNUSABLE", forgotten);
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
