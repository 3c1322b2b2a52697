import type { SourceFile } from "./source.ts";

/** How a file switches off a check, or hides what it imports. */
const means: Readonly<Record<string, RegExp>> = {
  "@ts-nocheck": /@ts-nocheck/g,
  "@ts-ignore": /@ts-ignore/g,
  "@ts-expect-error": /@ts-expect-error/g,
  "biome-ignore": /biome-ignore(-all|-start|-end)?\b/g,
  "@public": /@(public|internal|beta|alias)\b/g,
  "shellcheck disable": /shellcheck\s+(disable|source)=/g,
  createRequire: /\bcreateRequire\b/g,
  "import() of a computed path": /(?<![.#\w]|async )import\s*\((?!\s*"[^"]*"\s*\))/g,
};

/** Files that may, how often, by which means. */
const any = { "biome-ignore": 1 };
const allowed: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "packages/host/bundle/index.ts": { createRequire: 2 },
  "packages/sandbox/plugins/bin/start.mjs": { "import() of a computed path": 1 },
  "packages/sandbox/plugins/bundle.ts": { createRequire: 2 },
  "packages/sandbox/plugins/language-nodejs/main.ts": { createRequire: 2 },
  "packages/sandbox/plugins/language-nodejs/modules.ts": { createRequire: 2 },
  "scripts/review/branch.ts": { "import() of a computed path": 1 },
  "scripts/review/tap.ts": { createRequire: 2 },
  "scripts/toolchain/processes.mjs": any,
  "stacks/root/index.ts": { "@public": 1 },
  "test/program/host/store-program/index.ts": { "@public": 1 },
  "test/program/network/adoption-program/index.ts": { "@public": 1 },
  "test/program/network/moving-program/index.ts": { "@public": 1 },
  "test/program/malicious/table.ts": any,
  "test/program/policy/support/mutate.ts": any,
  "test/program/policy/support/statements.ts": any,
  "test/program/stacks/two-senders.ts": any,
  "test/program/support/recording.ts": any,
  "test/support/envoy-files.ts": any,
  "test/unit/envoy/read/attacks/attack.ts": any,
  "test/unit/review/evidence.test.ts": any,
};

const about = ["scripts/lint/suppressions.ts", "test/unit/scripts/lint/suppressions.test.ts"];

/** Every suppression that the closed list does not have, and entries of the list that are not needed any more. */
export function suppressionProblems(files: readonly SourceFile[], list = allowed): string[] {
  const looked = files.filter(({ path }) => /\.([cm]?[jt]sx?|sh)$/.test(path) && !about.includes(path));
  const found = new Map(looked.map(({ path, text }) => [path, countsOf(text)]));
  const keys = new Set([...found.keys(), ...Object.keys(list)]);
  return [...keys].flatMap((path) =>
    Object.keys(means).flatMap((name) => {
      const [there, may] = [found.get(path)?.[name] ?? 0, list[path]?.[name] ?? 0];
      return there === may
        ? []
        : [`${path} has ${there} of ${name}; scripts/lint/suppressions.ts allows ${may}: mend the code, or the list`];
    }),
  );
}

const countsOf = (text: string): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(means).map(([name, pattern]) => [name, [...text.matchAll(pattern)].length]));
