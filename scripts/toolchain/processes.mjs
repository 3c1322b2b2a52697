// @ts-check
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { findCommand } from "./debian.mjs";

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env] all of it
 * @property {boolean} [finishes] is not stopped by a signal, because stopping it would do harm (dpkg)
 * @property {(line: string) => void} [onLine] each line of stdout and stderr, without escape sequences
 */

/** @returns {string[]} what to put before a command; macOS has no such thing, and there a command may outlive a kill of set-up */
function endsWithParent() {
  return findCommand("setpriv") ? ["setpriv", "--pdeathsig", "TERM", "--"] : [];
}

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
   * @throws {Error} if it cannot be started or does not exit with 0
   */
  run(logFile, command, options = {}) {
    if (this.#stopped) return Promise.reject(new Stopped("stopped"));
    // A process group of its own: its grandchildren can be signalled, and Ctrl-C reaches it through us alone. pdeathsig: if
    // we are killed, it does not go on writing into the cache.
    const argv = options.finishes ? command : [...endsWithParent(), ...command];
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
      if (child.pid) this.#groups.set(child.pid, options.finishes ?? false);
      child.once("error", (error) => {
        // Once the log is closed, and so not touched again.
        log.end(() => reject(new Error(`${command[0]} could not be started: ${error.message}`)));
      });
      child.once("close", (code, signal) => {
        if (child.pid) this.#groups.delete(child.pid);
        log.end(() => {
          if (code === 0) resolve(stdout);
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
      if (finishes) continue;
      try {
        process.kill(-group, signal);
      } catch (error) {
        // ESRCH: it ended since.
        if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ESRCH") throw error;
      }
    }
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
