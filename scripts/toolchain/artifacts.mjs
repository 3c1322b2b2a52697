// @ts-check
import { rename, stat } from "node:fs/promises";
import path from "node:path";
import { hashFile } from "./files.mjs";

/**
 * An archive that a host fetches by its hash.
 * @typedef {object} Artifact
 * @property {string} name tool
 * @property {string} version
 * @property {"linux-amd64"} platform
 * @property {string} file absolute path of a tar.gz
 * @property {string} sha256
 * @property {number} size bytes
 * @property {"official" | "registry"} source official: the upstream's own download
 * @property {string} [officialSha256] of the upstream's own download, where that is no archive and was packed here
 * @property {Record<string, string>} executables name to path inside the archive
 */

/** Name of the archive in the folder of its tool, so that both are there or neither. */
const archiveName = "linux-amd64.tar.gz";

/** tar of some files, all of them in `bin/`, without anything that differs from one run or machine to another. */
const packScript = `set -euo pipefail
folder=$1 target=$2
shift 2
tar --create --directory="$folder" --format=ustar --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=0755 \\
  --transform='s,^.*/,,' --transform='s,^,bin/,' -- "$@" | gzip --no-name --fast >"$target"`;

/**
 * Makes a tool's archive for the hosts: the official archive byte for byte, otherwise one of the executables alone, whose
 * bytes depend on theirs only.
 * @param {import("./pins.mjs").Tool} tool
 * @param {string | null} download official download
 * @param {string} folder the unpacked tool
 * @param {Record<string, string>} executables name to path inside folder
 * @param {import("./steps.mjs").StepContext} context
 */
export async function makeArchive(tool, download, folder, executables, { run, detail }) {
  const target = path.join(folder, archiveName);
  if (download && isArchive(tool)) return rename(download, target);
  detail("packing it for the hosts");
  await run(["bash", "-c", packScript, "pack", folder, target, ...Object.values(executables).sort()]);
}

/**
 * @param {string} name
 * @param {import("./pins.mjs").Tool} tool
 * @param {"official" | "registry"} source
 * @param {string} folder the unpacked tool
 * @param {Record<string, string>} executables name to path inside folder
 * @returns {Promise<Artifact>}
 */
export async function describeArchive(name, tool, source, folder, executables) {
  const file = path.join(folder, archiveName);
  const verbatim = source === "official" && isArchive(tool);
  const inBin = Object.entries(executables).map(([executable, inside]) => [executable, `bin/${path.basename(inside)}`]);
  return {
    name,
    version: tool.version,
    platform: "linux-amd64",
    file,
    sha256: await hashFile(file),
    size: (await stat(file)).size,
    source,
    ...(source === "official" && !verbatim && tool.officialSha256 ? { officialSha256: tool.officialSha256 } : {}),
    executables: verbatim ? executables : Object.fromEntries(inBin),
  };
}

/** @param {import("./pins.mjs").Tool} tool */
function isArchive(tool) {
  return Boolean(tool.officialUrl?.endsWith(".tar.gz"));
}
