// @ts-check
import { rename, stat } from "node:fs/promises";
import path from "node:path";
import { hashFile } from "./files.mjs";

/** @typedef {"linux-amd64" | "linux-arm64"} HostPlatform what hosts run */

/**
 * A file that a host fetches by its hash.
 * @typedef {object} Artifact
 * @property {string} name tool
 * @property {string} version
 * @property {HostPlatform} platform
 * @property {string} file absolute path of a tar.gz, of a Debian package, or of the executable itself
 * @property {string} sha256
 * @property {number} size bytes
 * @property {"official" | "registry"} source official: the upstream's own download
 * @property {Record<string, string>} executables name to path inside the archive; none of a Debian package
 */

/**
 * Name of the artifact in the folder of its tool, so that both are there or neither. A host takes an official download as
 * it is: an archive, a Debian package, or the executable itself.
 * @param {import("./pins.mjs").Official} tool
 * @param {"official" | "registry"} source
 * @param {HostPlatform} [platform]
 */
export function artifactName({ officialUrl }, source, platform = "linux-amd64") {
  if (source === "registry") return `${platform}.tar.gz`;
  return `${platform}${[".tar.gz", ".deb"].find((suffix) => officialUrl?.endsWith(suffix)) ?? ".bin"}`;
}

/** tar of some files, all of them in `bin/`, without anything that differs from one run or machine to another. */
const packScript = `set -euo pipefail
folder=$1 target=$2
shift 2
tar --create --directory="$folder" --format=ustar --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=0755 \\
  --transform='s,^.*/,,' --transform='s,^,bin/,' -- "$@" | gzip --no-name --fast >"$target"`;

/**
 * Makes a tool's artifact for the hosts: the official download byte for byte, so that anybody can compare it with its
 * upstream; otherwise an archive of the executables alone, whose bytes depend on theirs only.
 * @param {import("./pins.mjs").Tool} tool
 * @param {string | null} download official download; null: from the registry
 * @param {string} folder the unpacked tool
 * @param {Record<string, string>} executables name to path inside folder
 * @param {import("./steps.mjs").StepContext} context
 */
export async function makeArtifact(tool, download, folder, executables, { run, detail }) {
  const target = path.join(folder, artifactName(tool, download ? "official" : "registry"));
  if (download) return rename(download, target);
  detail("packing it for the hosts");
  await run(["bash", "-c", packScript, "pack", folder, target, ...Object.values(executables).sort()]);
}

/**
 * @param {string} name
 * @param {import("./pins.mjs").Tool} tool
 * @param {"official" | "registry"} source
 * @param {string} folder the unpacked tool
 * @param {Record<string, string>} executables name to path inside folder
 * @param {HostPlatform} [platform]
 * @returns {Promise<Artifact>}
 */
export async function describeArtifact(name, tool, source, folder, executables, platform = "linux-amd64") {
  const file = path.join(folder, artifactName(tool, source, platform));
  const inBin = Object.entries(executables).map(([executable, inside]) => [executable, `bin/${path.basename(inside)}`]);
  return {
    name,
    version: tool.version,
    platform,
    file,
    sha256: await hashFile(file),
    size: (await stat(file)).size,
    source,
    executables: source === "official" ? executables : Object.fromEntries(inBin),
  };
}
