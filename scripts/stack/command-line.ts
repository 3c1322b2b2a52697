import { createInterface } from "node:readline/promises";
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { hasCode, LinkError, messageOf, printableLines, UsageError } from "@metrics-link/contract";

/** What `npm run -s link -- NAME` runs: the `command` of scripts/NAME/index.ts. */
export interface Command {
  readonly usage: string;
  /** @returns the exit code @throws UsageError for a wrong call, which ends with 2 and the usage */
  run(words: readonly string[]): Promise<number>;
}

/** Prints to stdout. Escapes what a terminal would act on: a peer, a host or a pull request may have written it. */
export const say = (text: string): void => console.log(printableLines(text));

/** The same on stderr. */
export const complain = (text: string): void => console.error(printableLines(text));

/** Values of `--name VALUE` and `--flag`, strictly. @throws UsageError */
export function optionsOf<Options extends ParseArgsOptionsConfig>(words: readonly string[], options: Options) {
  const { values, positionals } = parsed(words, options);
  if (positionals.length === 0) return values;
  throw new UsageError(`${positionals.join(" ")} is not expected`);
}

/** The same, with positional arguments. @throws UsageError */
export function parsed<Options extends ParseArgsOptionsConfig>(words: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...words], options, strict: true, allowPositionals: true, allowNegative: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** @throws UsageError when the value is missing */
export function required(value: string | undefined, option: string): string {
  if (value === undefined || value === "") throw new UsageError(`${option} is missing`);
  return value;
}

/** A generation number or a number of years. @throws UsageError */
export function counted(value: string | undefined, option: string): number | undefined {
  if (value === undefined) return undefined;
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw new UsageError(`${option} is ${value}: a number from 1 to 9999 is expected`);
}

/**
 * Asks a person at the terminal to type a word; anything else is a no.
 * @throws LinkError when no terminal is there to answer at
 */
export async function typed(question: string, word: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new LinkError("PIN_NOT_CONFIRMED", {
      what: `nobody is at a terminal to answer "${question}"`,
      next: "run the command at a terminal, or answer beforehand with --yes",
    });
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`${question} Type ${word} to go on: `)).trim() === word;
  } finally {
    terminal.close();
  }
}

/** Runs a command. @returns its exit code, 2 for a wrong call, or 1 for a failure, which it prints to stderr */
export async function settle(usage: string, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (hasCode(error, "USAGE")) {
      complain(`${messageOf(error)}\n${usage}`);
      return 2;
    }
    const code = error instanceof LinkError ? `\ncode: ${error.code} (docs/errors.md)` : "";
    complain(`error: ${messageOf(error)}${code}`);
    return 1;
  }
}
