// @ts-check
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { toolFolder } from "./acquire.mjs";
import { linkWhole, publishFolder } from "./files.mjs";
import { fetchOfficial, unpackOfficial } from "./official.mjs";

/**
 * A Pulumi resource plugin from its upstream. The sandbox's stand-ins are never recorded as one, and never in its folder.
 * @typedef {{version: string, source: "official", sha256: string, path: string}} Plugin
 */

/**
 * Gets an official resource plugin and links it into the cache's folder of plugins, which is on PATH: Pulumi takes a plugin
 * from PATH before it looks anywhere else.
 * @param {string} name
 * @param {import("./pins.mjs").Official} pin
 * @param {import("./paths.mjs").Layout} layout
 * @param {import("./steps.mjs").StepContext} context
 * @returns {Promise<Plugin>} sha256 is that of the download
 * @throws {import("./downloads.mjs").NotReachable} then the folder has no plugin of that name, not even an older one
 */
export async function acquirePlugin(name, pin, layout, context) {
  const [[executable, inside] = ["", ""]] = Object.entries(pin.officialExecutables);
  const link = path.join(layout.plugins, executable);
  const folder = toolFolder(`pulumi-${name}`, pin, "official", layout);
  try {
    await publishFolder(folder, layout.work, [inside], async (work) => {
      const download = await fetchOfficial(pin, work, context);
      await unpackOfficial(download, pin, work, context);
      if (!existsSync(path.join(work, inside))) throw new Error(`no ${inside} in ${pin.officialUrl}`);
      await rm(download);
    });
  } catch (error) {
    await rm(link, { force: true });
    throw error;
  }
  await linkWhole(link, path.join(folder, inside));
  return { version: pin.version, source: "official", sha256: pin.officialSha256 ?? "", path: link };
}

/**
 * The nodejs language host comes in the official archive of the CLI, beside it; the CLI's Go module does not have it.
 * @param {string} cli absolute path of pulumi
 * @returns {boolean} whether it is there
 */
export function nodejsLanguageHost(cli) {
  return existsSync(path.join(path.dirname(cli), "pulumi-language-nodejs"));
}
