/** The input of SendCommand, held against what Systems Manager and the document AWS-RunShellScript allow. */
import type { CommandRequest } from "./invocation.ts";

/** A refusal with the error code that Systems Manager uses. */
export class SsmError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface SendCommandInput extends Omit<CommandRequest, "commandId"> {
  readonly instanceIds: readonly string[];
}

/** What the sandbox does not model is refused: it would otherwise be ignored without a word. */
const understood = new Set([
  "InstanceIds",
  "DocumentName",
  "DocumentVersion",
  "Parameters",
  "Comment",
  "TimeoutSeconds",
]);
const documentParameters = new Set(["commands", "workingDirectory", "executionTimeout"]);
const defaultExecutionTimeout = 3600;
const longestExecutionTimeout = 172_800;

export function parseSendCommand(input: Readonly<Record<string, unknown>>): SendCommandInput {
  const unknown = Object.keys(input).find((key) => !understood.has(key));
  if (unknown !== undefined) throw new SsmError("ValidationException", `the sandbox's SendCommand takes no ${unknown}`);
  const { InstanceIds, DocumentName, Parameters = {}, Comment = "", TimeoutSeconds = 3600 } = input;
  if (DocumentName !== "AWS-RunShellScript") {
    throw new SsmError("InvalidDocument", `the sandbox has the document AWS-RunShellScript, not ${DocumentName}`);
  }
  const instanceIds = strings(InstanceIds);
  if (instanceIds.length < 1 || instanceIds.length > 50) {
    throw new SsmError("ValidationException", `1 to 50 InstanceIds are allowed, not ${instanceIds.length}`);
  }
  within("TimeoutSeconds", Number(TimeoutSeconds), 30, 2_592_000);
  if (String(Comment).length > 100) throw new SsmError("ValidationException", "a Comment has at most 100 characters");
  const parameters = Parameters as Record<string, unknown>;
  const strange = Object.keys(parameters).find((key) => !documentParameters.has(key));
  if (strange !== undefined) throw new SsmError("InvalidParameters", `AWS-RunShellScript has no parameter ${strange}`);
  const commands = strings(parameters.commands);
  if (commands.length === 0) throw new SsmError("InvalidParameters", "the parameter commands is required");
  const [workingDirectory] = strings(parameters.workingDirectory ?? []);
  const [timeout = String(defaultExecutionTimeout)] = strings(parameters.executionTimeout ?? []);
  return {
    instanceIds,
    documentName: DocumentName,
    comment: String(Comment),
    script: `${commands.join("\n")}\n`,
    ...(workingDirectory && { workingDirectory }),
    executionTimeoutSeconds: within("executionTimeout", Number(timeout), 1, longestExecutionTimeout),
  };
}

/** A list of strings as it stands in a JSON input. */
export function strings(value: unknown): string[] {
  if (!Array.isArray(value) || value.some((item) => typeof item !== "string")) {
    throw new SsmError("ValidationException", `expected a list of strings, got ${JSON.stringify(value)}`);
  }
  return value as string[];
}

function within(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new SsmError("ValidationException", `${name} must be ${least} to ${most}, not ${value}`);
}
