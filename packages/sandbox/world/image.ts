/** The root file system that hosts boot from, as set-up noted it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "@metrics-link/release";

export function hostImage(cache = cacheDirectory()): string {
  const file = join(cache, "toolchain.json");
  try {
    const { image } = JSON.parse(readFileSync(file, "utf8")) as { image: { root: string } };
    return image.root;
  } catch (error) {
    throw new Error(`no image of the hosts in ${file} (${(error as Error).message}); run npm run setup`);
  }
}
