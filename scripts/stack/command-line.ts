import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
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
  takesOnly(positionals, 0);
  return values;
}

/** The same, with positional arguments. @throws UsageError */
export function parsed<Options extends ParseArgsOptionsConfig>(words: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...words], options, strict: true, allowPositionals: true, allowNegative: true });
  } catch (error) {
    throw new UsageError(inOurWords(messageOf(error)));
  }
}

/** What Node says of an option: unknown, without its value, or with one that it does not take. */
function inOurWords(message: string): string {
  const [, option] = /'(?:-\w, )?(--?[\w-]+)/.exec(message) ?? [];
  if (option === undefined) return message;
  if (message.startsWith("Unknown option")) return `${option} is not expected`;
  return message.includes("does not take") ? `${option} takes no value` : `the value of ${option} is missing`;
}

/** @throws UsageError for more words: a misspelt option must not start, or take down, anything */
export function takesOnly(words: readonly string[], most: number): void {
  if (words.length > most) throw new UsageError(`${words.slice(most).join(" ")} is not expected`);
}

/** @throws UsageError when the value is missing */
export function required(value: string | undefined, what: string): string {
  if (value === undefined || value === "") throw new UsageError(`${what} is missing`);
  return value;
}

/** A value that is none of those which the command takes. @param expected with its article */
export const wrongValue = (what: string, value: string, expected: string): UsageError =>
  new UsageError(`${what} is ${value}: ${expected} is expected`);

/** A word of a closed list. @throws UsageError naming the list */
export function oneOf<Word extends string>(what: string, value: string | undefined, words: readonly Word[]): Word {
  const list = `one of ${words.join(", ")}`;
  if (value === undefined || value === "") throw new UsageError(`${what} is missing: ${list} is expected`);
  const found = words.find((word) => word === value);
  if (found === undefined) throw wrongValue(what, value, list);
  return found;
}

/** A whole number. @throws UsageError */
export function wholeNumber(what: string, value: string, least: number, most: number): number {
  if (/^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most) return Number(value);
  throw wrongValue(what, value, `a whole number from ${least} to ${most}`);
}

/** A generation number or a number of years. @throws UsageError */
export const counted = (value: string | undefined, option: string): number | undefined =>
  value === undefined ? undefined : wholeNumber(option, value, 1, 9999);

/** The absolute path of a file to write, judged before the work that fills it. @throws UsageError when its folder does not exist */
export function toWrite(option: string, path: string): string {
  const folder = dirname(resolve(path));
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return resolve(path);
  throw wrongValue(option, path, "a file in a folder that exists");
}

/** The absolute path of a file or folder to read: what reads it may run in another folder. @throws UsageError when there is none */
export function toRead(option: string, path: string, kind: "file" | "folder" = "file"): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined && found.isDirectory() === (kind === "folder")) return resolve(path);
  throw wrongValue(option, path, `a ${kind} that exists`);
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

/** Prints why a command failed: what happened, and the code that docs/errors.md explains. */
export function complainOf(error: unknown): void {
  const code = error instanceof LinkError ? `\ncode: ${error.code} (docs/errors.md)` : "";
  complain(`error: ${messageOf(error)}${code}`);
}

/** Runs a command. @returns its exit code, 2 for a wrong call, or 1 for a failure, which it prints to stderr */
export async function settle(usage: string, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (!hasCode(error, "USAGE")) {
      complainOf(error);
      return 1;
    }
    complain(`error: ${messageOf(error)}\n${usage}`);
    return 2;
  }
}
