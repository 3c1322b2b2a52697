// @ts-check
import { chmod, copyFile } from "node:fs/promises";
import path from "node:path";
import { hashFile } from "./files.mjs";
import { Stopped } from "./processes.mjs";

/** The official download could not be had from here. A hash that does not fit is another error, and ends set-up. */
export class NotReachable extends Error {}

const CONNECT_TIMEOUT_S = 5;

/**
 * Fetches an official download and checks it.
 * @param {import("./pins.mjs").Official} pin
 * @param {string} folder
 * @param {import("./steps.mjs").StepContext} context
 * @returns {Promise<string>} the file, in that folder
 * @throws {NotReachable} if the network says no
 */
export async function fetchOfficial(pin, folder, { run, detail }) {
  const { officialUrl: url, officialSha256: pinned } = pin;
  if (!url || !pinned) throw new Error("no pinned official download");
  const file = path.join(folder, `download-${path.posix.basename(url)}`);
  const patience = ["--connect-timeout", String(CONNECT_TIMEOUT_S), "--speed-limit", "1024", "--speed-time", "30"];
  try {
    await run(["curl", "--fail", "--location", "--proto-redir", "=https", ...patience, "-#", "--output", file, url], {
      onLine: (line) => detail(line.replace(/^[#=O -]*/, "downloading ")),
    });
  } catch (error) {
    if (error instanceof Stopped) throw error;
    throw new NotReachable(`${url}: ${/** @type {Error} */ (error).message}`);
  }
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
 */
export async function unpackOfficial(file, pin, folder, { run }) {
  if (/\.(tar\.[gx]z|tgz)$/.test(file)) {
    await run(["tar", "-xf", file, "-C", folder, "--no-same-owner"]);
    return;
  }
  for (const executable of Object.values(pin.officialExecutables)) {
    await copyFile(file, path.join(folder, executable));
    await chmod(path.join(folder, executable), 0o755);
  }
}
