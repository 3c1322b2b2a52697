import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { refused } from "./git.ts";

/**
 * Keys of a package.json that name packages or serve Node. pnpm acts on others before anything is compared:
 * `packageManager` and `devEngines` make it download and start another pnpm.
 */
const manifestKeys = [
  ...["name", "version", "description", "private", "license", "type", "engines", "sideEffects", "main", "exports"],
  ...["scripts", "dependencies", "devDependencies"],
];

/** Settings of pnpm-workspace.yaml that only say which packages there are, and which may run code: none does here. */
const workspaceKeys = ["packages", "allowBuilds"];

/** What pnpm reads besides package.json: its settings, its hooks, and other spellings of a manifest. */
const steering = /^(\.npmrc|\.pnpmfile\..*|package\.(json5|ya?ml))$/i;

const mapping = z.record(z.string(), z.unknown());

/** @throws LinkError REVIEW_REFUSED naming what would make pnpm load code, or read or write another place */
export function checkPackageSettings(directory: string): void {
  const refuse = (what: string) => {
    throw refused(`${what}: a review installs packages as the lock file says, and nothing else`);
  };
  const read = (file: string) => readFileSync(join(directory, file), "utf8");
  const mappingIn = (file: string, parser: (text: string) => unknown) => {
    try {
      return mapping.parse(parser(read(file)));
    } catch (cause) {
      throw refused(`${file} cannot be read: it is no mapping`, undefined, cause);
    }
  };
  const unknownOf = (settings: object, known: readonly string[]) =>
    Object.keys(settings).find((key) => !known.includes(key));
  for (const path of filesBelow(directory)) {
    const name = basename(path);
    if (steering.test(name)) refuse(`${path} steers pnpm`);
    if (name === "pnpm-workspace.yaml" && path !== name) refuse(`${path} is a workspace within the workspace`);
    if (name !== "package.json") continue;
    const manifest = mappingIn(path, JSON.parse);
    const unknown = unknownOf(manifest, manifestKeys);
    if (unknown !== undefined) refuse(`${path} has the key ${JSON.stringify(unknown)}`);
    if (manifest.engines === undefined) continue;
    const engine = unknownOf(z.object({ engines: mapping }).parse(manifest).engines, ["node"]);
    if (engine !== undefined) refuse(`${path} has the engine ${JSON.stringify(engine)}`);
  }
  const settings = mappingIn("pnpm-workspace.yaml", (text) => parse(text) ?? {});
  const unknown = unknownOf(settings, workspaceKeys);
  if (unknown !== undefined) refuse(`pnpm-workspace.yaml has ${unknown}`);
  const { packages = [] } = settings;
  const leading = Array.isArray(packages) ? packages.find((one) => !/^[\w-]+(\/[\w-]+)*(\/\*)?$/.test(one)) : packages;
  if (leading !== undefined) refuse(`pnpm-workspace.yaml has the packages ${leading}`);
}

/** The files of a program by their paths, without installed packages. */
function filesBelow(directory: string, folder = ""): string[] {
  return readdirSync(join(directory, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return [path];
    return entry.name === "node_modules" ? [] : filesBelow(directory, path);
  });
}
