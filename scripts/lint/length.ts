import type { SourceFile } from "./source.ts";

const longest = 300;

/** Files that are longer, each with the reason why it is not two. */
const table = "one table of cases, whose helpers every case uses";
const world = "one subject in one world, which every test of it uses";
const exceptions: Readonly<Record<string, string>> = {
  "test/unit/audit/support/healthy.ts": "the evidence of one healthy link, which tests compare as a whole",
  "test/unit/audit/support/lies.ts": table,
  "test/unit/host/agent/failures.test.ts": world,
  "test/unit/pki/rotation.test.ts": world,
  "test/unit/sandbox/services/policy.test.ts": table,
};

/** Source files of more than 300 lines, and exceptions that are not needed any more. */
export function lengthProblems(
  files: readonly SourceFile[],
  allowed: Readonly<Record<string, string>> = exceptions,
): string[] {
  const lines = new Map(
    files
      .filter(({ path }) => /\.([cm]?[jt]sx?|py|sh)$/.test(path))
      .map(({ path, text }) => [path, text.split("\n").length - 1]),
  );
  const isLong = (path: string) => (lines.get(path) ?? 0) > longest;
  return [
    ...[...lines]
      .filter(([path]) => isLong(path) && !Object.hasOwn(allowed, path))
      .map(([path, count]) => `${path} has ${count} lines; split it: ${longest} are the most`),
    ...Object.keys(allowed)
      .filter((path) => !isLong(path))
      .map((path) => `${path} has ${longest} lines at most: remove it from the exceptions in scripts/lint/length.ts`),
  ];
}
