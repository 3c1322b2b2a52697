import { sha256 } from "@metrics-link/release";
import type { Asked } from "./asked.ts";
import { type ProgramChange, programChanges } from "./changes.ts";
import { type Difference, differencesOf } from "./difference.ts";
import { type Files, isSameFile, kindOf, type SourceFile } from "./files.ts";
import { hunksOf } from "./lines.ts";
import { canonical, isList, isObject, isSecret, secretIn } from "./values.ts";

/** A stretch of a file of the repository that the branch changes. */
export interface SourceChange {
  readonly file: string;
  /** Of the first line in the branch's file, from 1. */
  readonly line: number;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** A program that runs against a stack: its files, and its requests to the engine. */
interface Run {
  readonly files: Files;
  /** Absent when both programs are the same file by file: then no second run is needed. */
  readonly asked?: readonly Asked[];
}

/** What a branch changes: in the program, which a person accepts, and in the configuration, which policies judge. */
export interface Comparison {
  /** The commit that was reviewed. */
  readonly base: string;
  /** Requests of the program to the engine, given the same configuration and state. */
  readonly asks: readonly ProgramChange[];
  /** Files of the program. */
  readonly source: readonly SourceChange[];
  /** The stack's configuration, and the files that it names. */
  readonly configuration: readonly Difference[];
  /** Of exactly this difference of the program; absent where there is none. */
  readonly hash?: string;
  /** Whether a person has accepted exactly this difference. */
  readonly accepted: boolean;
}

export interface ComparisonInput {
  readonly stack: string;
  readonly base: string;
  readonly before: Run;
  readonly after: Run;
  /** The stack's configuration by the path of its file, parsed, and the files that it names, as text. */
  readonly configuration: {
    readonly before: ReadonlyMap<string, unknown>;
    readonly after: ReadonlyMap<string, unknown>;
  };
  /** Hashes that a person gave from outside of the branch. */
  readonly accepted: readonly string[];
}

export function compare({ stack, base, before, after, configuration, accepted }: ComparisonInput): Comparison {
  const asks = programChanges(before.asked ?? [], after.asked ?? []);
  const source = sourceChanges(before.files, after.files);
  const differs = asks.length > 0 || source.length > 0;
  const hash = differs ? hashOf(stack, before, after) : undefined;
  return {
    base,
    asks,
    source,
    configuration: differencesOf(Object.fromEntries(configuration.before), Object.fromEntries(configuration.after)),
    ...(hash === undefined ? {} : { hash }),
    accepted: hash !== undefined && accepted.includes(hash),
  };
}

export function sourceChanges(before: Files, after: Files): SourceChange[] {
  return [...new Set([...before.keys(), ...after.keys()])].toSorted().flatMap((file) => {
    const [old, next] = [before.get(file), after.get(file)];
    const content = hunksOf(linesOf(old), linesOf(next)).map(({ line, before: was, after: is }) => ({
      ...{ file, line, before: was, after: is },
    }));
    return [...kindChange(file, old, next), ...content];
  });
}

/** The kind of a file, unless it is a plain file before and after: an entry of its own, so that no text can imitate it. */
function kindChange(file: string, old: SourceFile | undefined, next: SourceFile | undefined): SourceChange[] {
  const [was, is] = [old, next].map((found) => (found === undefined ? undefined : kindOf(found)));
  if (was === is || ((was ?? "file") === "file" && (is ?? "file") === "file")) return [];
  const line = (kind: string | undefined) => (kind === undefined ? [] : [`[${kind}]`]);
  return [{ file, line: 1, before: line(was), after: line(is) }];
}

const linesOf = (file: SourceFile | undefined) => (file === undefined ? [] : file.content.split("\n"));

/**
 * Over everything that differs, whole and as requested, including what a page shortens or shows as a parsed document. Of
 * a secret only that it is one: a hash of its value would let somebody test a guess.
 */
function hashOf(stack: string, before: Run, after: Run): string {
  const files = (mine: Files, other: Files) =>
    [...mine]
      .filter(([path, file]) => !isSameFile(other.get(path), file))
      .map(([path, { mode, encoding, content }]) => [path, mode, encoding, sha256(content)]);
  const asked = (mine: Run, other: Run) => {
    const others = new Set((other.asked ?? []).map((one) => canonical(one)));
    return (mine.asked ?? [])
      .filter((one) => !others.has(canonical(one)))
      .map((one) => canonical(withoutSecrets(one)))
      .toSorted();
  };
  return sha256(
    canonical({
      stack,
      files: [files(before.files, after.files), files(after.files, before.files)],
      asked: [asked(before, after), asked(after, before)],
    }),
  );
}

function withoutSecrets(value: unknown): unknown {
  if (isSecret(value)) return secretIn(undefined);
  if (isList(value)) return value.map(withoutSecrets);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, found]) => [key, withoutSecrets(found)]));
}
