// @ts-check
import { chmod, copyFile } from "node:fs/promises";
import path from "node:path";
import { hashFile } from "./files.mjs";
import { Stopped } from "./processes.mjs";

/** The official download could not be had from here. A hash that does not fit is another error, and ends set-up. */
export class NotReachable extends Error {}

const CONNECT_TIMEOUT_S = 5;
/** Times that a download which broke off goes on where it stopped: the largest one has 200 MB. */
const RESUMES = 3;
/** curl's exit codes for a transfer that broke off: too short, too slow, reset (curl(1), EXIT CODES). */
const BROKE_OFF = /exit code (18|28|56)$/;

/**
 * Fetches an official download and checks it. curl goes through the proxy that the environment names, and trusts the
 * certificates that the machine trusts.
 * @param {import("./pins.mjs").Official} pin
 * @param {string} folder
 * @param {import("./steps.mjs").StepContext} context
 * @returns {Promise<string>} the file, in that folder
 * @throws {NotReachable} if the network says no
 * @throws {Error} if what came has another hash
 */
export async function fetchOfficial(pin, folder, { run, detail }) {
  const { officialUrl: url, officialSha256: pinned } = pin;
  if (!url || !pinned) throw new Error("no pinned official download");
  const file = path.join(folder, `download-${path.posix.basename(url)}`);
  const patience = ["--connect-timeout", String(CONNECT_TIMEOUT_S), "--speed-limit", "1024", "--speed-time", "30"];
  let told = "";
  const onLine = (/** @type {string} */ line) => {
    if (line.startsWith("curl: ")) told = `: ${line.slice("curl: ".length)}`;
    detail(line.replace(/^[#=O -]*/, "downloading "));
  };
  for (let tries = 0; ; tries += 1) {
    const from = tries === 0 ? [] : ["--continue-at", "-"];
    try {
      await run(
        ["curl", "--fail", "--location", "--proto-redir", "=https", ...patience, ...from, "-#", "--output", file, url],
        { onLine },
      );
      break;
    } catch (error) {
      if (error instanceof Stopped) throw error;
      const { message } = /** @type {Error} */ (error);
      if (tries < RESUMES && BROKE_OFF.test(message)) detail("broke off; going on from there");
      else throw new NotReachable(`${url}: ${message}${told}`);
    }
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
