import type { z } from "zod";
import { printable } from "./printable.ts";

/** One thing wrong with an input: where it stands, what was found there, and what would be right. */
export interface Problem {
  readonly key: string;
  /** As found; undefined when nothing stood there. */
  readonly value: unknown;
  readonly remedy: string;
}

/** A message names this many problems: a peer can make as many as it likes. */
const shownProblems = 20;

/** All that is wrong with an input, reported together so that a person mends it in one go. */
export class InvalidInputError extends Error {
  readonly problems: readonly Problem[];

  constructor(subject: string, problems: readonly Problem[]) {
    const shown = problems.slice(0, shownProblems).map((problem) => `  - ${describe(problem)}`);
    const left = problems.length - shown.length;
    super([`${subject}:`, ...shown, ...(left > 0 ? [`  - and ${left} more`] : [])].join("\n"));
    this.name = "InvalidInputError";
    this.problems = problems;
  }
}

/**
 * What a schema found wrong with an input, its words for a remedy.
 * @param prefix what stands before each key
 */
export function problemsFound(raw: unknown, { issues }: z.ZodError, prefix: readonly string[] = []): Problem[] {
  const problem = (path: readonly PropertyKey[], remedy: string): Problem => ({
    key: [...prefix, ...path].join("."),
    value: valueAt(raw, path),
    remedy,
  });
  return issues.flatMap((issue) =>
    // The schema's own message would repeat the keys as they came.
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => problem([...issue.path, key], "no such key"))
      : [problem(issue.path, issue.message)],
  );
}

/** What stands at a path of an input; undefined when the path does not lead anywhere. */
export function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  let found = raw;
  for (const part of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Record<PropertyKey, unknown>)[part];
  }
  return found;
}

/** A key or a value is shown in this many characters: a peer's may be of any length. */
const shownCharacters = 400;

/** Keys and values may come from a peer or a pull request, so what a terminal would act on is escaped. */
function describe({ key, value, remedy }: Problem): string {
  const name = shortened(key);
  return value === undefined ? `${name} is missing: ${remedy}` : `${name} is ${shortened(jsonOf(value))}: ${remedy}`;
}

/** The text for a message, printable and never longer than what is shown. */
export function shortened(text: string, most = shownCharacters): string {
  const start = printable(text.slice(0, most));
  return start.length > most || text.length > most
    ? `${printable(start.slice(0, most))}… (${text.length} characters)`
    : start;
}

/** Never throws: a message about a hostile value must come out, whatever the value is. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return "a value that JSON cannot express, or that nests too deeply";
  }
}
