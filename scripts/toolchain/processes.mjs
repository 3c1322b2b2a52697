// @ts-check
import { spawn } from "node:child_process";
import { accessSync, constants, createWriteStream } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env] all of it
 * @property {boolean} [finishes] is not stopped by a signal, because stopping it would do harm (dpkg)
 * @property {Limits} [limits] for a command whose work somebody else decides: a server, a registry
 * @property {(line: string) => void} [onLine] each line of stdout and stderr, without escape sequences
 */

/**
 * What a command may take before it is ended.
 * @typedef {{seconds: number, bytes: number}} Limits bytes: of each file that it writes
 */

/**
 * Finds a command as a shell would, also in the folders of root's own commands.
 * @param {string} command
 * @param {{search?: string, skip?: (folder: string) => boolean}} options
 * @returns {string | null} absolute path
 */
export function findCommand(command, { search = process.env.PATH ?? "", skip = () => false } = {}) {
  for (const folder of [...search.split(":"), "/usr/sbin", "/sbin"]) {
    if (!folder || skip(folder)) continue;
    const file = path.join(folder, command);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not here; the next folder may have it.
    }
  }
  return null;
}

/** @returns {string[]} what to put before a command; macOS has no such thing, and there a command may outlive a kill of set-up */
function endsWithParent() {
  return findCommand("setpriv") ? ["setpriv", "--pdeathsig", "TERM", "--"] : [];
}

/** Limits the size of files, in units of 512 bytes (POSIX ulimit), then becomes the command. macOS has it as well. */
const fileLimit = 'ulimit -f "$0" && exec "$@"';

/** A command did not come to its end because set-up was stopped. */
export class Stopped extends Error {}

/** The child processes of one set-up: each writes to its step's log; all can be stopped. */
export class Processes {
  /** @type {Map<number, boolean>} process group to whether it finishes by itself */
  #groups = new Map();
  #stopped = false;

  get stopped() {
    return this.#stopped;
  }

  /**
   * Runs a command to its end, with nothing on stdin.
   * @param {string} logFile appended to
   * @param {string[]} command
   * @param {RunOptions} options
   * @returns {Promise<string>} its stdout
   * @throws {Error} if it cannot be started, does not exit with 0, or exceeds its limits
   */
  run(logFile, command, options = {}) {
    if (this.#stopped) return Promise.reject(new Stopped("stopped"));
    // A process group of its own: its grandchildren can be signalled, and Ctrl-C reaches it through us alone. pdeathsig: if
    // we are killed, it does not go on writing into the cache.
    const { limits } = options;
    const inLimits = limits ? ["/bin/sh", "-c", fileLimit, String(Math.ceil(limits.bytes / 512)), ...command] : command;
    const argv = options.finishes ? command : [...endsWithParent(), ...inLimits];
    const [file = "", ...rest] = argv;
    return new Promise((resolve, reject) => {
      const child = spawn(file, rest, {
        cwd: options.cwd,
        env: options.env ?? process.env,
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
      });
      const log = createWriteStream(logFile, { flags: "a" });
      log.write(`$ ${command.join(" ")}\n`);
      let stdout = "";
      child.stdout.on("data", (chunk) => {
        stdout += chunk;
      });
      for (const stream of [child.stdout, child.stderr]) {
        stream.pipe(log, { end: false });
        createInterface({ input: stream }).on("line", (line) => options.onLine?.(plain(line)));
      }
      const { pid } = child;
      if (pid) this.#groups.set(pid, options.finishes ?? false);
      let late = false;
      const timer =
        limits &&
        setTimeout(() => {
          late = true;
          if (pid) signalGroup(pid, "SIGKILL");
        }, limits.seconds * 1000);
      child.once("error", (error) => {
        clearTimeout(timer);
        // Once the log is closed, and so not touched again.
        log.end(() => reject(new Error(`${command[0]} could not be started: ${error.message}`)));
      });
      child.once("close", (code, signal) => {
        clearTimeout(timer);
        if (pid) this.#groups.delete(pid);
        log.end(() => {
          if (code === 0) resolve(stdout);
          else if (late) reject(new Error(`${command[0]} was ended after ${limits?.seconds} s`));
          else if (limits && signal === "SIGXFSZ")
            reject(new Error(`${command[0]} wrote more than ${limits.bytes} bytes`));
          else if (this.#stopped) reject(new Stopped(`${command[0]} was stopped`));
          else reject(new Error(`${command[0]} ended with ${signal ?? `exit code ${code}`}`));
        });
      });
    });
  }

  /**
   * Asks all children to stop, kills those that have not done so in 5 s, and lets no new one start.
   * @returns {string[]} what is waited for
   */
  stop() {
    this.#stopped = true;
    this.#signal("SIGTERM");
    setTimeout(() => this.#signal("SIGKILL"), 5000).unref();
    return [...this.#groups.values()].some((finishes) => finishes) ? ["the Debian packages"] : [];
  }

  /** @param {NodeJS.Signals} signal */
  #signal(signal) {
    for (const [group, finishes] of this.#groups) {
      if (!finishes) signalGroup(group, signal);
    }
  }
}

/**
 * @param {number} group
 * @param {NodeJS.Signals} signal
 */
function signalGroup(group, signal) {
  try {
    process.kill(-group, signal);
  } catch (error) {
    // ESRCH: it ended since.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ESRCH") throw error;
  }
}

/**
 * @param {string} line
 * @returns {string} without terminal escape sequences, and of a line that rewrote itself only the last state
 */
function plain(line) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character
  const text = line.replace(/\u001b\[[0-9;?]*[a-zA-Z]/g, "");
  return text.trimEnd().split("\r").pop()?.trim() ?? "";
}
