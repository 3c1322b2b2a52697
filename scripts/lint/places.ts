import { basename } from "node:path";
import type { SourceFile } from "./source.ts";

/** Every package. A new one also needs its arrows, in .dependency-cruiser.mjs and docs/architecture.md. */
const packages =
  "contract|config|release|pki|network|envoy|prometheus|host|policy|report|audit|preflight|review|console|sandbox|gate|fleet|exporter";

/** Code by the language that a check knows, and where that check looks at it. */
const places: readonly RegExp[] = [
  new RegExp(`^(packages/(${packages})|stacks|scripts|test)/.*\\.(ts|mjs)$`),
  /^(packages\/sandbox\/services\/moto|test\/e2e\/support)\/[^/]+\.py$/,
  /^(packages\/(host\/cloud\/scripts|sandbox\/realiser\/hosts)|scripts\/exporter)\/[^/]+\.sh$/,
  /^scripts\/[a-z-]+\.mjs$/,
];

/** Code that another program loads by this very name. */
const single = [
  ".dependency-cruiser.mjs",
  "packages/policy/pack.js",
  "packages/sandbox/plugins/example/policy/index.js",
  "test/support/counting-reporter.cjs",
];

/** Configurations of checks, which a second one in a folder would replace there. */
const configurations = [
  ".dependency-cruiser.mjs",
  ".gitignore",
  ".mocharc.yaml",
  "biome.json",
  "knip.jsonc",
  "tsconfig.json",
];

const isCode = /\.([cm]?[jt]sx?|py|sh|bash|go|rb|pl|wasm|node|vue|svelte|astro)$/i;
const isConfiguration =
  /^\.?(biome|knip|tsconfig|jsconfig|mocharc|dependency-cruiser|eslint|eslintrc|prettierrc|shellcheckrc|gitignore|gitattributes|ignore)(\..*)?$/i;

/** Files of code in places where no check looks at them, and configurations that would switch a check off. */
export function placeProblems(files: readonly Pick<SourceFile, "path">[]): string[] {
  const paths = files.map(({ path }) => path);
  return [
    ...paths
      .filter((path) => isCode.test(path) && !single.includes(path) && !places.some((place) => place.test(path)))
      .map((path) => `${path}: code of this kind has no place here; scripts/lint/places.ts has the places`),
    ...paths
      .filter((path) => isConfiguration.test(basename(path)) && !configurations.includes(path))
      .map((path) => `${path}: it could switch off a check; the only configurations are in scripts/lint/places.ts`),
    ...[...single, ...configurations]
      .filter((path) => !paths.includes(path))
      .map((path) => `${path} is not there: remove it from scripts/lint/places.ts`),
  ];
}
