// @ts-check
import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { promisify } from "node:util";
import { Stopped } from "./processes.mjs";

/** The download could not be had from here. A hash that does not fit is another error, and ends set-up. */
export class NotReachable extends Error {}

/**
 * What one download may take, whoever fetches it: curl or a registry's client. No server decides how long set-up waits or how
 * much of the disk it fills. The largest download is the AWS plugin with about 200 MB, which needs 60 kB/s to be in time.
 * @type {import("./processes.mjs").Limits}
 */
export const downloadLimits = { seconds: 3600, bytes: 1024 ** 3 };

const CONNECT_TIMEOUT_S = 5;
/** A server that sends less than this for 30 s has broken off, bytes in a second. */
const SLOWEST = 8192;
/** Times that a download which broke off goes on where it stopped. */
const RESUMES = 3;
/** curl's exit codes for a transfer that broke off: too short, too slow, reset (curl(1), EXIT CODES). */
const BROKE_OFF = /exit code (18|28|56)$/;
/** curl's exit code for a server that sends files only as a whole. */
const FROM_THE_START = /exit code 33$/;

/**
 * Redirections: a few, to https alone. To which address is not asked: a mirror inside a company has a private one, and a
 * proxy resolves names by itself. A request has no credentials, and what comes is compared with its hash.
 */
const redirects = ["--location", "--max-redirs", "5", "--proto", "=https,http", "--proto-redir", "=https"];

/**
 * Downloads a file. curl goes through the proxy that the environment names, and trusts the certificates that the machine
 * trusts; Node's fetch does neither.
 * @param {string} url
 * @param {string} file to write
 * @param {import("./steps.mjs").StepContext} context
 * @param {import("./processes.mjs").Limits} limits of all tries together
 * @throws {NotReachable} if the network says no, or what comes exceeds the limits
 */
export async function download(url, file, { run, detail }, limits = downloadLimits) {
  const end = Date.now() + limits.seconds * 1000;
  const patience = [
    "--connect-timeout",
    String(CONNECT_TIMEOUT_S),
    "--speed-limit",
    String(SLOWEST),
    "--speed-time",
    "30",
  ];
  // For a size that the server says; the limit of the process is for one that it does not say, or not truly.
  const most = ["--max-filesize", String(limits.bytes)];
  let told = "";
  const onLine = (/** @type {string} */ line) => {
    if (line.startsWith("curl: ")) told = `: ${line.slice("curl: ".length)}`;
    detail(line.replace(/^[#=O -]*/, "downloading "));
  };
  for (let tries = 0; ; tries += 1) {
    const from = tries === 0 ? [] : ["--continue-at", "-"];
    const seconds = Math.ceil((end - Date.now()) / 1000);
    try {
      await run(["curl", "--fail", ...redirects, ...patience, ...most, ...from, "-#", "--output", file, url], {
        onLine,
        limits: { ...limits, seconds },
      });
      return;
    } catch (error) {
      if (error instanceof Stopped) throw error;
      const { message } = /** @type {Error} */ (error);
      const late = Date.now() >= end;
      if (late) throw new NotReachable(`${url}: not all of it came in ${limits.seconds} s`);
      if (tries < RESUMES && BROKE_OFF.test(message)) detail("broke off; going on from there");
      else if (tries < RESUMES && FROM_THE_START.test(message)) await rm(file, { force: true });
      else throw new NotReachable(`${url}: ${message}${told}`);
    }
  }
}

/** What a short text may take. */
const textLimits = { seconds: 15, bytes: 1024 ** 2 };

/**
 * Downloads a short text, as a list of checksums is.
 * @param {string} url
 * @returns {Promise<string>}
 * @throws {Error} also when it takes more than 15 s or 1 MiB
 */
export async function downloadText(url) {
  const time = ["--max-time", String(textLimits.seconds)];
  try {
    const words = ["--fail", "--silent", "--show-error", ...redirects, ...time, url];
    return (await promisify(execFile)("curl", words, { maxBuffer: textLimits.bytes })).stdout;
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code !== "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") throw error;
    throw new Error(`${url} has more than ${textLimits.bytes} bytes`);
  }
}
