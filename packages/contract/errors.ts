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

function describe({ key, value, remedy }: Problem): string {
  return value === undefined ? `${key} is missing: ${remedy}` : `${key} is ${JSON.stringify(value)}: ${remedy}`;
}
