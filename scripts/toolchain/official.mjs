// @ts-check
import { chmod, copyFile } from "node:fs/promises";
import path from "node:path";
import { download } from "./downloads.mjs";
import { hashFile } from "./files.mjs";

/**
 * Fetches an official download and checks it.
 * @param {import("./pins.mjs").Official} pin
 * @param {string} folder
 * @param {import("./steps.mjs").StepContext} context
 * @param {import("./processes.mjs").Limits} [limits]
 * @returns {Promise<string>} the file, in that folder
 * @throws {import("./downloads.mjs").NotReachable} if it cannot be had from here
 * @throws {Error} if what came has another hash
 */
export async function fetchOfficial(pin, folder, context, limits) {
  const { officialUrl: url, officialSha256: pinned } = pin;
  if (!url || !pinned) throw new Error("no pinned official download");
  const file = path.join(folder, `download-${path.posix.basename(url)}`);
  await download(url, file, context, limits);
  const found = await hashFile(file);
  if (found !== pinned) {
    throw new Error(`${url} has SHA-256 ${found}, tools.json pins ${pinned}: it is not used; find out why`);
  }
  return file;
}

/**
 * Unpacks an official download: an archive, or the executable itself.
 * @param {string} file
 * @param {import("./pins.mjs").Official} pin
 * @param {string} folder
 * @param {import("./steps.mjs").StepContext} context
 * @param {string[]} leaveOut paths inside an archive that are not unpacked
 */
export async function unpackOfficial(file, pin, folder, { run }, leaveOut = []) {
  if (/\.(tar\.[gx]z|tgz)$/.test(file)) {
    const without = leaveOut.map((inside) => `--exclude=${inside}`);
    await run(["tar", ...without, "-xf", file, "-C", folder, "--no-same-owner"]);
    return;
  }
  for (const executable of Object.values(pin.officialExecutables)) {
    await copyFile(file, path.join(folder, executable));
    await chmod(path.join(folder, executable), 0o755);
  }
}
