// @ts-check
import { chmod, copyFile, mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { hashFile } from "./files.mjs";

/** The official download could not be had from here. A hash that does not fit is another error, and ends set-up. */
export class NotReachable extends Error {}

const CONNECT_TIMEOUT_S = 5;

/**
 * Fetches an official download and checks it. An interrupted one goes on where it stopped.
 * @param {import("./pins.mjs").Official} pin
 * @param {import("./paths.mjs").Layout} layout
 * @param {import("./steps.mjs").StepContext} context
 * @returns {Promise<string>} the file
 * @throws {NotReachable} if the network says no
 */
export async function fetchOfficial(pin, layout, { run, detail }) {
  const { officialUrl: url, officialSha256: pinned } = pin;
  if (!url || !pinned) throw new Error("no pinned official download");
  await mkdir(layout.downloads, { recursive: true });
  const file = path.join(layout.downloads, `${pinned.slice(0, 12)}-${path.posix.basename(url)}`);
  const partial = `${file}.partial`;
  try {
    await run(
      [
        "curl",
        "--fail",
        "--location",
        "--proto-redir",
        "=https",
        "--connect-timeout",
        String(CONNECT_TIMEOUT_S),
        "--speed-limit",
        "1024",
        "--speed-time",
        "30",
        "--continue-at",
        "-",
        "--progress-bar",
        "--output",
        partial,
        url,
      ],
      { onLine: (line) => detail(line.replace(/^#+\s*/, "downloading ")) },
    );
  } catch (error) {
    throw new NotReachable(`${url}: ${/** @type {Error} */ (error).message}`);
  }
  const found = await hashFile(partial);
  if (found !== pinned) {
    await rm(partial);
    throw new Error(
      `${url} has SHA-256 ${found}, tools.json pins ${pinned}: the download was thrown away, find out why`,
    );
  }
  await rename(partial, file);
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
