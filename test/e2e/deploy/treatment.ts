/** How the test of docs/deploy.md treats a block of the page. */

/**
 * Whose shell. `a` and `b` are those of the sender's and the receiver's account, with `AWS_PROFILE` as the page sets it; the others are
 * the accounts' administrators.
 */
export type Shell = "a" | "b" | "administrator of a" | "administrator of b";

/** A block's commands, typed once. Its paragraphs are typed one after the other. */
export interface Run {
  readonly by: Shell;
  /** What this person writes for words of the page; `{NAME}` is a fact that was learnt before. */
  readonly for?: Readonly<Record<string, string>>;
  /** Facts that the output tells, each by the first group. */
  readonly learns?: Readonly<Record<string, RegExp>>;
  /** What it must print. Typed again until it does, for a minute, when `isAwaited`. */
  readonly prints?: RegExp;
  readonly isAwaited?: boolean;
}

/** What a person writes into a file of their own. */
export interface Written {
  /** From their home. */
  readonly file: string;
  readonly times: readonly Readonly<Record<string, string>>[];
}

/** A YAML block that becomes a part of a stack's file. */
export interface Configured {
  readonly stack: string;
  /** The path of a key without the namespace, to the fact that is its value; `NAME[]` is a list of the one. */
  readonly facts: Readonly<Record<string, string>>;
}

export type Treatment = {
  /** How the block begins: it is told by that and by its heading. */
  readonly begins: string;
} & (
  | { readonly runs: readonly Run[] }
  | { readonly written: Written }
  | { readonly configured: readonly Configured[] }
  /** Another test runs these commands: the file, and for each line of the block what does the same in it, word for word. */
  | {
      readonly elsewhere: string;
      readonly because: string;
      readonly does: Readonly<Record<string, readonly string[]>>;
    }
  /** No command. With the hash of the text, so that somebody looks at it again when it changes. */
  | { readonly shown: string; readonly sha256: string }
);
