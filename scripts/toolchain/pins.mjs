// @ts-check
import { readFileSync } from "node:fs";
import path from "node:path";
import { repository } from "./paths.mjs";

/**
 * What a pin says of the official download. Hashes are SHA-256 in lower-case hexadecimal; null: not known yet.
 * @typedef {object} Official
 * @property {string} version
 * @property {string} license SPDX identifier
 * @property {string | null} officialUrl null where the registry is upstream's own channel
 * @property {string | null} officialSha256
 * @property {string | null} checksumsUrl the checksum file that upstream publishes
 * @property {Record<string, string>} officialExecutables name to path inside the download
 * @property {Record<string, Elsewhere>} [otherPlatforms] what differs on other platforms than linux-amd64, which hosts run
 * @property {string[]} [leaveOut] paths inside the download that a deployer's machine has no use for
 * @property {string} [note]
 *
 * What a platform's download has of its own; its version and license are the same.
 * @typedef {Pick<Official, "officialUrl" | "officialSha256" | "officialExecutables" | "leaveOut"> & {registry?: NpmWay}} Elsewhere
 *
 * @typedef {{kind: "npm", package: string, version: string, integrity: string | null, executables: Record<string, string>}} NpmWay
 * @typedef {{kind: "wheel", package: string, version: string, sha256: string, executables: Record<string, string>}} WheelWay
 * @typedef {{kind: "go", directory: string, module: string, version: string, tags: string[],
 *   linkVariables: Record<string, string>, executables: Record<string, string>}} GoWay
 * @typedef {{kind: "venv", directory: string, package: string, version: string, executables: Record<string, string>}} VenvWay
 * @typedef {NpmWay | WheelWay | GoWay | VenvWay} RegistryWay
 * @typedef {Official & {onHosts: boolean, registry: RegistryWay | null, deploys?: string[],
 *   pinned?: {version: string, on: string}}} Tool deploys: names of the executables that a deployer's machine runs; pinned: the
 *   day on which a person chose that version
 *
 * @typedef {object} Pins
 * @property {"linux-amd64"} platform
 * @property {Record<string, Tool>} tools
 * @property {Record<string, Official>} pulumiPlugins
 * @property {Record<string, string>} debianPackages package to what it brings: a command, or a file's absolute path
 */

export const pinsFile = path.join(repository, "tools.json");

/**
 * @param {string} text contents of tools.json
 * @returns {Pins}
 * @throws {Error} naming the entry and the value, if a hash is not one
 */
export function parsePins(text) {
  const pins = /** @type {Pins} */ (JSON.parse(text));
  for (const [name, pin] of downloads(pins)) {
    if (pin.officialSha256 !== null && !/^[0-9a-f]{64}$/.test(pin.officialSha256)) {
      throw new Error(
        `tools.json: officialSha256 of ${name} is "${pin.officialSha256}": write 64 lower-case hexadecimal digits, ` +
          "or null and run `npm run pin`",
      );
    }
  }
  return pins;
}

/**
 * Every official download, of every platform.
 * @param {Pins} pins
 * @returns {[string, Official][]} by what a person calls it: `pulumi`, `pulumi for darwin-arm64`
 */
export function downloads(pins) {
  return Object.entries({ ...pins.tools, ...pins.pulumiPlugins }).flatMap(([name, pin]) => [
    /** @type {[string, Official]} */ ([name, pin]),
    ...Object.entries(pin.otherPlatforms ?? {}).map(
      ([platform, differs]) => /** @type {[string, Official]} */ ([`${name} for ${platform}`, { ...pin, ...differs }]),
    ),
  ]);
}

/**
 * The pin of a tool or plugin on another platform.
 * @template {Official} Pin
 * @param {Pin} pin
 * @param {string} platform
 * @returns {Pin | null} null if there is none
 */
export function onPlatform(pin, platform) {
  if (platform === "linux-amd64") return pin;
  const differs = pin.otherPlatforms?.[platform];
  return differs ? { ...pin, registry: null, leaveOut: [], ...differs } : null;
}

/**
 * @param {string} platform Node's name of the system: process.platform
 * @param {string} arch Node's name of the processor: process.arch
 * @returns {string} as tools.json says it; Go's names
 */
export function platformName(platform, arch) {
  return `${platform}-${arch === "x64" ? "amd64" : arch}`;
}

/** @returns {Pins} the pins of this repository */
export function loadPins() {
  return parsePins(readFileSync(pinsFile, "utf8"));
}

/**
 * Writes a hash into tools.json and leaves every other character as it is.
 * @param {string} text contents of tools.json
 * @param {string} officialUrl of the entry
 * @param {string} hash
 * @returns {string}
 */
export function fillHash(text, officialUrl, hash) {
  const entry = text.indexOf(`"officialUrl": ${JSON.stringify(officialUrl)}`);
  const unknown = '"officialSha256": null';
  const at = entry < 0 ? -1 : text.indexOf(unknown, entry);
  // The hash of an entry stands right after its address.
  if (at < 0 || text.slice(entry, at).includes("}"))
    throw new Error(`tools.json: no unknown hash after ${officialUrl}`);
  return `${text.slice(0, at)}"officialSha256": "${hash}"${text.slice(at + unknown.length)}`;
}

/**
 * The same for an npm package's integrity.
 * @param {string} text contents of tools.json
 * @param {NpmWay} way
 * @param {string} integrity
 * @returns {string}
 */
export function fillIntegrity(text, way, integrity) {
  const entry = text.indexOf(`"package": ${JSON.stringify(way.package)}`);
  const unknown = '"integrity": null';
  const at = entry < 0 ? -1 : text.indexOf(unknown, entry);
  if (at < 0 || text.slice(entry, at).includes("}")) {
    throw new Error(`tools.json: no unknown integrity after ${way.package}`);
  }
  return `${text.slice(0, at)}"integrity": ${JSON.stringify(integrity)}${text.slice(at + unknown.length)}`;
}
