// @ts-check
import { rmSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";

/**
 * What a step works with.
 * @typedef {object} StepContext
 * @property {string} logFile
 * @property {(command: string[], options?: import("./processes.mjs").RunOptions) => Promise<string>} run runs a command, its
 *   output in the step's log, its last line shown as how far the step is
 * @property {(detail: string) => void} detail says how far the step is
 * @property {(line: string) => void} say a line for the person, that stays
 *
 * @typedef {object} Step
 * @property {string} name
 * @property {string[]} after names of the steps that it waits for
 * @property {(context: StepContext) => Promise<string>} work returns its result in a few words
 */

/**
 * Runs steps side by side as soon as those that they wait for are done. A failed step stops only those that wait for it:
 * what the others get done need not be done again.
 * @param {Step[]} steps
 * @param {{board: import("./board.mjs").Board, processes: import("./processes.mjs").Processes, logs: string}} tools
 * @returns {Promise<{failed: {step: string, error: Error, logFile: string}[], skipped: string[]}>}
 */
export async function runSteps(steps, { board, processes, logs }) {
  await mkdir(logs, { recursive: true });
  /** @type {{step: string, error: Error, logFile: string}[]} */
  const failed = [];
  /** @type {string[]} */
  const skipped = [];
  /** @type {Map<string, Promise<boolean>>} */
  const outcomes = new Map();
  board.start(steps.length);

  /** @param {Step} step */
  const start = async (step) => {
    const before = await Promise.all(step.after.map((name) => outcomes.get(name) ?? Promise.resolve(true)));
    if (before.includes(false) || processes.stopped) {
      skipped.push(step.name);
      return false;
    }
    const logFile = path.join(logs, `${step.name.replace(/[^\w.-]+/g, "-")}.log`);
    rmSync(logFile, { force: true });
    board.begin(step.name);
    /** @param {string} text */
    const detail = (text) => board.detail(step.name, text);
    try {
      const result = await step.work({
        logFile,
        detail,
        say: (line) => board.say(line),
        run: (command, options) => processes.run(logFile, command, { onLine: detail, ...options }),
      });
      board.end(step.name, "done", result);
      return true;
    } catch (error) {
      failed.push({ step: step.name, error: /** @type {Error} */ (error), logFile });
      if (processes.stopped) board.end(step.name, "stopped", "");
      else board.end(step.name, "failed", /** @type {Error} */ (error).message);
      return false;
    }
  };
  // Steps stand in an order in which each comes after those that it waits for.
  for (const step of steps) outcomes.set(step.name, start(step));
  await Promise.all(outcomes.values());
  board.close();
  return { failed, skipped };
}

/**
 * @param {string} file
 * @param {number} count
 * @returns {Promise<string>} its last lines, indented; empty if there is no such file
 */
export async function lastLines(file, count) {
  const text = await readFile(file, "utf8").catch(() => "");
  return text
    .trimEnd()
    .split("\n")
    .slice(-count)
    .map((line) => `    ${line}`)
    .join("\n");
}
