import type { z } from "zod";

/** One thing wrong with an input: where it stands, what was found there, and what would be right. */
export interface Problem {
  readonly key: string;
  /** As found; undefined when nothing stood there. */
  readonly value: unknown;
  readonly remedy: string;
}

/** All that is wrong with an input, reported together so that a person mends it in one go. */
export class InvalidInputError extends Error {
  readonly problems: readonly Problem[];

  constructor(subject: string, problems: readonly Problem[]) {
    super(`${subject}:\n${problems.map((problem) => `  - ${describe(problem)}`).join("\n")}`);
    this.name = "InvalidInputError";
    this.problems = problems;
  }
}

/**
 * What a schema found wrong with an input, its words for a remedy.
 * @param prefix what stands before each key
 */
export function problemsFound(raw: unknown, { issues }: z.ZodError, prefix: readonly string[] = []): Problem[] {
  return issues.map(({ path, message }) => ({
    key: [...prefix, ...path].join("."),
    value: valueAt(raw, path),
    remedy: message,
  }));
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

function describe({ key, value, remedy }: Problem): string {
  return value === undefined ? `${key} is missing: ${remedy}` : `${key} is ${JSON.stringify(value)}: ${remedy}`;
}
