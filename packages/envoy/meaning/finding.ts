/** One thing in a configuration that Envoy would accept and that would open a fence. */
export interface Finding {
  readonly rule: string;
  /** Where it stands, for example "listener ingest, filter chain a". */
  readonly where: string;
  /** What is there, and what ought to be. */
  readonly message: string;
}

/** A configuration as parsed from a file: any field may be missing, whatever the type says of ours. */
export type Unchecked<Value> = Value extends readonly (infer Item)[]
  ? readonly Unchecked<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]?: Unchecked<Value[Key]> | undefined }
    : Value;

/** Gives a rule its name once, and findings to collect: those whose condition holds. */
export function findingsOf(rule: string, where: string) {
  return (...found: readonly (readonly [wrong: boolean, message: string])[]): readonly Finding[] =>
    found.filter(([wrong]) => wrong).map(([, message]) => ({ rule, where, message }));
}
