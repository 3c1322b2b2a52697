import type { $ZodError } from "zod/v4/core";
import type { ErrorCode } from "./error-codes.ts";
import { jsonOf, shortened } from "./printable.ts";

/** Facts of an error besides its code. */
export interface ErrorFacts {
  /** What happened, in a clause without a full stop. Foreign text in it must be `printable`. */
  readonly what: string;
  /** The value seen; escaped and shortened by the error. */
  readonly value?: unknown;
  /** What to do next, as an imperative. */
  readonly next?: string;
  readonly cause?: unknown;
}

/**
 * The one kind of error that a user meets: a stable code, what happened, the value seen, what to do next, the cause.
 * The message reads `what: value; next`; the code leads the stack trace, which Pulumi prints.
 */
export class LinkError extends Error {
  readonly code: ErrorCode;
  readonly value: unknown;
  readonly next: string | undefined;

  constructor(code: ErrorCode, { what, value, next, cause }: ErrorFacts) {
    const seen = value === undefined ? "" : `: ${shortened(jsonOf(value))}`;
    super(`${what}${seen}${next === undefined ? "" : `; ${next}`}`, cause === undefined ? {} : { cause });
    this.name = "LinkError";
    this.code = code;
    this.value = value;
    this.next = next;
    if (this.stack !== undefined) this.stack = this.stack.replace(/^\w+/, (name) => `${name} [${code}]`);
  }

  /**
   * What Node and Pulumi print of an error that nobody caught. The message is for whoever has to change something; a stack
   * trace is for whoever mends a bug. Without this they print every property, in the colours of a terminal.
   */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.code === "INTERNAL" ? (this.stack ?? this.message) : `${this.code}: ${this.message}`;
  }
}

/** A command was called with wrong arguments. */
export class UsageError extends LinkError {
  constructor(what: string) {
    super("USAGE", { what });
    this.name = "UsageError";
  }
}

/** Whether something that was thrown has this code. */
export const hasCode = (error: unknown, code: ErrorCode): boolean => error instanceof LinkError && error.code === code;

/** The message of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** One thing wrong with an input: where it stands, what was found there, and what would be right. */
export interface Problem {
  readonly key: string;
  /** As found; undefined when nothing stood there. */
  readonly value: unknown;
  readonly remedy: string;
  /** The line of the file that the message is about, counted from 1, where it is known. */
  readonly line?: number;
}

/** A message names this many problems: a peer can make as many as it likes. */
const shownProblems = 20;

/** All that is wrong with an input, reported together so that a person corrects it in one go. */
export class InvalidInputError extends LinkError {
  readonly problems: readonly Problem[];

  constructor(
    subject: string,
    problems: readonly Problem[],
    code: ErrorCode = "INPUT_INVALID",
    options: { readonly cause?: unknown } = {},
  ) {
    const shown = problems.slice(0, shownProblems).map((problem) => `  - ${describe(problem)}`);
    const left = problems.length - shown.length;
    const what = [`${subject}:`, ...shown, ...(left > 0 ? [`  - and ${left} more`] : [])].join("\n");
    super(code, { what, ...options });
    this.name = "InvalidInputError";
    this.problems = problems;
  }
}

/**
 * What a schema found wrong with an input, its words for a remedy.
 * @param prefix what stands before each key
 */
export function problemsFound(raw: unknown, { issues }: $ZodError, prefix: readonly string[] = []): Problem[] {
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

/** Keys and values may come from a peer or a pull request, so what a terminal would act on is escaped. */
function describe({ key, value, remedy, line }: Problem): string {
  const name = `${line === undefined ? "" : `line ${line}: `}${shortened(key)}`;
  return value === undefined ? `${name} is missing: ${remedy}` : `${name} is ${shortened(jsonOf(value))}: ${remedy}`;
}
