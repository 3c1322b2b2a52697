// @ts-check
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { missingPackages } from "./debian.mjs";
import { imageName, recipeFiles } from "./image.mjs";
import { packagesInPlace } from "./packages.mjs";
import { loadPins, pinsFile } from "./pins.mjs";
import { lockFiles } from "./registry.mjs";

/**
 * What set-up made for the sandbox, as it stands in the cache's toolchain.json.
 * @typedef {object} Toolchain
 * @property {string} fingerprint of all that decided it
 * @property {Record<string, Omit<import("./acquire.mjs").Acquired, "artifact">>} tools
 * @property {{name: string, root: string}} image root file system of the sandbox's hosts
 * @property {string} artifactIndex absolute path
 */

/** @returns {string} changes with every pin, lock file and recipe */
export function fingerprint() {
  const hash = createHash("sha256").update(readFileSync(pinsFile));
  for (const { registry } of Object.values(loadPins().tools)) {
    for (const file of lockFiles(registry)) hash.update(readFileSync(file));
  }
  for (const file of recipeFiles()) hash.update(readFileSync(file));
  return hash.digest("hex");
}

/**
 * @param {import("./paths.mjs").Layout} layout
 * @returns {Toolchain | null}
 */
export function readToolchain(layout) {
  return existsSync(layout.toolchain) ? JSON.parse(readFileSync(layout.toolchain, "utf8")) : null;
}

/**
 * The tools whose pinned official download could not be had: something else stands in for them, or nothing. Their names, from
 * what set-up made last.
 * @param {Toolchain} toolchain
 * @param {import("./pins.mjs").Pins} pins
 * @returns {string[]}
 */
export function officialNotHad(toolchain, pins) {
  return Object.entries(pins.tools)
    .filter(([, { officialUrl, officialSha256 }]) => officialUrl && officialSha256)
    .map(([name]) => name)
    .filter((name) => !["official", "path"].includes(toolchain.tools[name]?.source ?? ""));
}

/**
 * Whether there is nothing to do. Quick, because every command asks: it looks whether things are there, not into them.
 * @param {import("./paths.mjs").Layout} layout
 */
export function inPlace(layout) {
  const toolchain = readToolchain(layout);
  return (
    toolchain !== null &&
    toolchain.fingerprint === fingerprint() &&
    everythingMade(toolchain, layout).every((file) => existsSync(file)) &&
    missingPackages(loadPins().debianPackages).length === 0 &&
    packagesInPlace()
  );
}

/**
 * @param {Toolchain} toolchain
 * @param {import("./paths.mjs").Layout} layout
 * @returns {string[]} absolute paths
 */
function everythingMade(toolchain, layout) {
  const executables = Object.values(toolchain.tools).flatMap((tool) => Object.entries(tool.executables));
  return [
    ...executables.flatMap(([name, file]) => [file, path.join(layout.bin, name)]),
    path.join(layout.images, imageName(), "root"),
    toolchain.artifactIndex,
    ...JSON.parse(readFileSync(toolchain.artifactIndex, "utf8")).map(
      (/** @type {import("./artifacts.mjs").Artifact} */ artifact) => artifact.file,
    ),
  ];
}
