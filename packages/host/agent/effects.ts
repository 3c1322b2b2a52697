import { LinkError, printableLines } from "@metrics-link/contract";
import type { Ask } from "../common/http.ts";

/** A user and its group as numbers, as the kernel wants them. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

export interface CommandResult {
  readonly code: number;
  /** Standard output and standard error, interleaved. */
  readonly output: string;
}

/** For a command that ended with an exit code other than 0. @param what the command, and that it failed */
export const commandFailed = (
  what: string,
  { code, output }: { readonly code: number | null; readonly output: string },
): LinkError =>
  new LinkError("COMMAND_FAILED", { what: `${what} (exit code ${code}): ${printableLines(output.trim())}` });

interface LinesResult {
  /** Null when it was killed because of its limit. */
  readonly code: number | null;
  /** The first 2000 characters of standard error. */
  readonly errors: string;
  /** True when it was killed before the end of its output. */
  readonly cut: boolean;
}

/** Everything that the agent does to the world except files, which lie below `root`. Tests bring their own. */
export interface Effects {
  /** Prefix of every absolute path: "/" on a host. */
  readonly root: string;
  /** @throws MissingObject when there is none, or this host may not read it */
  getObject(key: string): Promise<Buffer>;
  /** Streams an object into a new file. */
  downloadObject(key: string, file: string): Promise<void>;
  getSecret(secretArn: string, versionId: string): Promise<string>;
  run(
    argv: readonly string[],
    options?: {
      /** A user of the host; the command then runs in a sandbox and can only read. */
      readonly as?: string;
      readonly cwd?: string;
      readonly timeoutMs?: number;
    },
  ): Promise<CommandResult>;
  /** Runs a command whose output may be of any length, and passes on one line after the other. */
  eachLine(
    argv: readonly string[],
    take: (line: string) => void,
    options: { readonly timeoutMs: number },
  ): Promise<LinesResult>;
  readonly ask: Ask;
  /** Runs another agent in place of this one, on the same terminal and under the same lock; returns its exit code. */
  handOverTo(argv: readonly string[]): Promise<number>;
  /** Milliseconds since 1970. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** S3 answers 403 for an absent key as well, to callers that may not list the bucket. */
export class MissingObject extends LinkError {
  constructor(key: string, cause: unknown) {
    super("OBJECT_MISSING", { what: `The bucket has no object ${key}, or this host may not read it`, cause });
    this.name = "MissingObject";
  }
}
