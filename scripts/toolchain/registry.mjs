// @ts-check
import path from "node:path";
import { buildGoModule, moduleFiles } from "./registry/go.mjs";
import { unpackNpmPackage } from "./registry/npm.mjs";
import { installVenv, requirementsFile } from "./registry/venv.mjs";
import { unpackWheel } from "./registry/wheel.mjs";

/**
 * @param {import("./pins.mjs").RegistryWay | null} way
 * @returns {string[]} files beside tools.json's pin that decide what the registry way makes
 */
export function lockFiles(way) {
  if (way?.kind === "go") return moduleFiles(way);
  if (way?.kind === "venv") return [requirementsFile(way)];
  return [];
}

/**
 * @param {import("./pins.mjs").RegistryWay | null} way
 * @returns {Record<string, string>} name to path inside what the registry way makes
 */
export function registryExecutables(way) {
  if (way?.kind !== "go") return way?.executables ?? {};
  // go build names an executable after the last part of its package.
  return Object.fromEntries(Object.entries(way.executables).map(([name, pkg]) => [name, path.posix.basename(pkg)]));
}

/**
 * @param {import("./pins.mjs").RegistryWay} way
 * @param {string} folder
 * @param {import("./paths.mjs").Layout} layout
 * @param {import("./steps.mjs").StepContext} context
 */
export async function bringFromRegistry(way, folder, layout, context) {
  switch (way.kind) {
    case "npm":
      return unpackNpmPackage(way, folder, layout, context);
    case "wheel":
      return unpackWheel(way, folder, layout, context);
    case "go":
      return buildGoModule(way, folder, layout, context);
    case "venv":
      return installVenv(way, folder, layout, context);
  }
}
