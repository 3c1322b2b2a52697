// @ts-check
import { parseArgs } from "node:util";

/**
 * The options that a command was given, before it does anything. It says its usage and ends the process for `--help`, and
 * for an argument that it does not have.
 * @template {string} Name
 * @param {string} usage
 * @param {readonly Name[]} names options without a value
 * @returns {Record<Name, boolean>}
 */
export function optionsOr(usage, names) {
  const options = Object.fromEntries(
    [...names, "help"].map((name) => [name, { type: /** @type {const} */ ("boolean") }]),
  );
  /** @type {Record<string, unknown>} */
  let values = {};
  try {
    ({ values } = parseArgs({ options }));
  } catch (error) {
    process.stderr.write(`${/** @type {Error} */ (error).message}\n\n${usage}\n`);
    process.exit(2);
  }
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  return /** @type {Record<Name, boolean>} */ (Object.fromEntries(names.map((name) => [name, values[name] === true])));
}
