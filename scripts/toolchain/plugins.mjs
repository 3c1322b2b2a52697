// @ts-check
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { toolFolder } from "./acquire.mjs";
import { linkWhole, publishFolder } from "./files.mjs";
import { fetchOfficial, NotReachable, unpackOfficial } from "./official.mjs";

/**
 * A Pulumi plugin: the official one, or none, in which case the sandbox brings a stand-in.
 * @typedef {{version: string, source: "official" | "stand-in", path: string | null}} Plugin
 */

/**
 * Gets an official resource plugin and links it into the cache's folder of plugins.
 * @param {string} name
 * @param {import("./pins.mjs").Official} pin
 * @param {import("./paths.mjs").Layout} layout
 * @param {import("./steps.mjs").StepContext} context
 * @returns {Promise<Plugin>}
 */
export async function acquirePlugin(name, pin, layout, context) {
  const [[executable, inside] = ["", ""]] = Object.entries(pin.officialExecutables);
  const link = path.join(layout.plugins, executable);
  const standIn = /** @type {Plugin} */ ({ version: pin.version, source: "stand-in", path: null });
  if (!pin.officialSha256) {
    await rm(link, { force: true });
    return standIn;
  }
  const folder = toolFolder(`pulumi-${name}`, pin, "official", layout);
  try {
    await publishFolder(folder, layout.work, [inside], async (work) => {
      const download = await fetchOfficial(pin, work, context);
      await unpackOfficial(download, pin, work, context);
      if (!existsSync(path.join(work, inside))) throw new Error(`no ${inside} in ${pin.officialUrl}`);
      await rm(download);
    });
  } catch (error) {
    if (!(error instanceof NotReachable)) throw error;
    context.say(`note    official Pulumi plugin not to be had, the sandbox uses its stand-in: ${error.message}`);
    await rm(link, { force: true });
    return standIn;
  }
  await linkWhole(link, path.join(folder, inside));
  return { version: pin.version, source: "official", path: link };
}

/**
 * The nodejs language host comes in the official archive of the CLI, beside it; the CLI's Go module does not have it.
 * @param {import("./acquire.mjs").Acquired} cli
 * @returns {Plugin}
 */
export function nodejsLanguageHost(cli) {
  const beside = path.join(path.dirname(cli.path), "pulumi-language-nodejs");
  return existsSync(beside)
    ? { version: cli.version, source: "official", path: beside }
    : { version: cli.version, source: "stand-in", path: null };
}
