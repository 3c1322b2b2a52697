// @ts-check
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { toolchainEnvironment } from "./packages.mjs";
import { cacheFolder, layout as layoutOf } from "./paths.mjs";

/**
 * Runs a program on this terminal and passes signals on to it.
 * @param {string} file
 * @param {readonly string[]} words
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<number>} its exit code; 128 + N when signal N ended it, 127 when it could not be started
 */
export function run(file, words, env = process.env) {
  const child = spawn(file, words, { stdio: "inherit", env });
  /** @type {(signal: NodeJS.Signals) => void} */
  const passOn = (signal) => {
    // On Ctrl-C the terminal signals the child too; a signal that arrives here alone is passed on.
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"]);
  for (const signal of signals) process.on(signal, passOn);
  return new Promise((/** @type {(code: number) => void} */ resolve) => {
    child.once("error", (error) => {
      console.error(`${file} could not be started: ${error.message}; run \`npm run setup\``);
      resolve(127);
    });
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  }).finally(() => {
    for (const signal of signals) process.off(signal, passOn);
  });
}

/**
 * The same with the pinned tools first on PATH.
 * @param {string} command
 * @param {readonly string[]} words
 */
export function runWithToolchain(command, words) {
  return run(command, words, toolchainEnvironment(layoutOf(cacheFolder())));
}
