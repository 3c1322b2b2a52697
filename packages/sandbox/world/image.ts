/** The root file system that hosts boot from, as set-up noted it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "@metrics-link/contract";
import { cacheDirectory } from "@metrics-link/release";
import { z } from "zod";

export function hostImage(cache = cacheDirectory()): string {
  const file = join(cache, "toolchain.json");
  try {
    const setUp = z.object({ image: z.object({ root: z.string() }) });
    return parseJson(setUp, readFileSync(file, "utf8"), file).image.root;
  } catch (error) {
    throw new Error(`no image of the hosts in ${file} (${(error as Error).message}); run npm run setup`);
  }
}
