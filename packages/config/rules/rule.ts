import type { Known } from "../known.ts";

/** A value that is wrong, by itself or because it contradicts another one. */
export interface Contradiction {
  readonly path: readonly PropertyKey[];
  /** What would be right instead, with the value that it contradicts if there is one. */
  readonly remedy: string;
}

/** What keys demand of each other. docs/configuration.md lists every rule. */
export interface Rule {
  /** The keys that it compares, as docs/configuration.md writes them. */
  readonly keys: readonly string[];
  /** What must hold, as a sentence in Markdown. */
  readonly says: string;
  /** The values that break it. It says nothing of values that are missing or wrong by themselves. */
  readonly broken: (known: Known) => Iterable<Contradiction>;
}

/** The members of a list that were accepted, each with its place. */
export const accepted = <Member>(list: readonly (Member | undefined)[] | undefined): (readonly [number, Member])[] =>
  [...(list ?? []).entries()].flatMap(([index, member]) => (member === undefined ? [] : [[index, member] as const]));

/** The places of values that stand in a list a second time. */
export function repeated<Value>(list: readonly (readonly [number, Value])[]): number[] {
  const seen = new Set<Value>();
  return list.flatMap(([index, value]) => {
    if (seen.has(value)) return [index];
    seen.add(value);
    return [];
  });
}
