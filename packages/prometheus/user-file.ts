import type { Problem } from "@metrics-link/contract";
import { readYaml, type YamlFault, type YamlReading } from "./read/index.ts";
import { shownRuleLine } from "./shown.ts";

/** A YAML file of the user. */
export interface UserFile {
  /** File name with extension, without folder; the file has it on the host too. */
  readonly name: string;
  /** As a message names it: relative to the root of the repository. */
  readonly path: string;
  readonly content: string;
}

export interface ReadFile extends UserFile {
  readonly reading: YamlReading;
}

/** The files that have content: one of comments alone is left out, as Prometheus reads nothing in it. */
export const readFiles = (files: readonly UserFile[]): ReadFile[] =>
  files.map((file) => ({ ...file, reading: readYaml(file.content) })).filter(({ reading }) => !reading.empty);

/** What can be judged further of files, and what is wrong with the rest. */
export interface Judged<File> {
  readonly files: readonly File[];
  readonly problems: readonly Problem[];
}

/**
 * The user's rule files. Their text goes to Prometheus as it is, and promtool judges it; here only what neither would
 * report.
 * @returns the files without a problem, and problems with file and line
 */
export function judgedRuleFiles(files: readonly UserFile[]): Judged<UserFile> {
  const judged = readFiles(files).map((file) => ({
    file,
    problems: [...nameProblems(file), ...faultsOf(file, shownRuleLine, ["unread"])],
  }));
  return {
    files: judged
      .filter(({ problems }) => problems.length === 0)
      .map(({ file: { name, path, content } }) => ({ name, path, content })),
    problems: judged.flatMap(({ problems }) => problems),
  };
}

/** Where a value stands, for a message. */
export const placeIn = ({ path, reading }: ReadFile, at: readonly PropertyKey[]): string =>
  `${path}:${reading.lineOf(at)}`;

/** A name goes into a path of the release and into a list of patterns (Prometheus expands `*`, `?` and `[`). */
export function nameProblems({ path, name }: UserFile): Problem[] {
  if (/^[\w-][\w.-]*\.ya?ml$/.test(name)) return [];
  return [{ key: path, value: name, remedy: "a file name of letters, digits and . _ - that ends in .yml or .yaml" }];
}

/**
 * @param shown what a message may show of a line
 * @param kinds of faults that count
 */
export function faultsOf(
  { path, content, reading }: ReadFile,
  shown: (line: string) => string,
  kinds: readonly YamlFault["kind"][] = ["unread", "refused"],
): Problem[] {
  const lines = content.split(/\r?\n/);
  return reading.faults
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ line, what }) => ({ key: `${path}:${line}`, value: shown(lines[line - 1] ?? ""), remedy: what }));
}
