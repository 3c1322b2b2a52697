/** An error as an AWS API gives it: a stable code that programs match, and a sentence for people. */
export class AwsError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = "AwsError";
    this.code = code;
  }
}

/** The wire form of any error thrown while a request was served. Errors of the AWS SDK carry their code as name. */
export function errorBody(thrown: unknown): { code: string; message: string } {
  if (thrown instanceof AwsError) return { code: thrown.code, message: thrown.message };
  if (thrown instanceof Error) return { code: thrown.name, message: thrown.message };
  return { code: "InternalFailure", message: String(thrown) };
}

/** Whether an AWS SDK call failed with one of these codes. */
export function hasCode(thrown: unknown, ...codes: string[]): boolean {
  return codes.includes(errorBody(thrown).code);
}
