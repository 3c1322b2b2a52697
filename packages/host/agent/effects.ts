/** A user and its group as numbers, as the kernel wants them. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

export interface CommandResult {
  readonly code: number;
  /** Standard output and standard error, as they came. */
  readonly output: string;
}

export interface LinesResult {
  /** Null when it was ended because of its limit. */
  readonly code: number | null;
  /** The beginning of what it wrote to standard error. */
  readonly errors: string;
  /** True when it had more to say than its limit allowed. */
  readonly cut: boolean;
}

/**
 * All that the agent does to the world except files, which lie under `root`. Tests give their own.
 */
export interface Effects {
  /** Prefix of every absolute path: "/" on a host. */
  readonly root: string;
  /** @throws MissingObject when there is none, or this host may not know */
  getObject(key: string): Promise<Buffer>;
  /** Streams an object into a new file. */
  downloadObject(key: string, file: string): Promise<void>;
  getSecret(secretArn: string, versionId: string): Promise<string>;
  run(
    argv: readonly string[],
    options?: {
      /** A user of the host, who can then do nothing but look. */
      readonly as?: string;
      readonly cwd?: string;
      readonly timeoutMs?: number;
    },
  ): Promise<CommandResult>;
  /** Runs a command whose output may be of any length, and hands over one line after the other. */
  eachLine(
    argv: readonly string[],
    take: (line: string) => void,
    options: { readonly timeoutMs: number },
  ): Promise<LinesResult>;
  ask(request: {
    readonly url: string;
    readonly socketPath?: string | undefined;
    readonly timeoutMs: number;
  }): Promise<{ readonly status: number; readonly body: string }>;
  /** Runs another agent in this one's place, on the same terminal and under the same lock; gives its exit code. */
  handOverTo(argv: readonly string[]): Promise<number>;
  /** Milliseconds since 1970. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** S3 says 403 for an absent key as well, to those who may not list the bucket. */
export class MissingObject extends Error {
  constructor(key: string, cause: unknown) {
    super(`There is no object ${key} in the bucket, or this host may not read it`, { cause });
    this.name = "MissingObject";
  }
}
