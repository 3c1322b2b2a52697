// @ts-check
// Fills the hashes in tools.json that are not known yet from what the upstreams publish: `npm run pin`.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { findChecksum } from "./toolchain/checksums.mjs";
import { downloadText } from "./toolchain/downloads.mjs";
import { writeWhole } from "./toolchain/files.mjs";
import { downloads, fillHash, fillIntegrity, parsePins, pinsFile } from "./toolchain/pins.mjs";
import { optionsOr } from "./toolchain/usage.mjs";

optionsOr(
  `Usage: npm run pin
Fills the hashes in tools.json that are not known yet from what the upstreams publish. Look at the difference before you
commit it. Names those that a person fills, because upstream publishes none. Exits with 1 when another is not to be had; the
others are filled.`,
  [],
);
const run = promisify(execFile);

let text = readFileSync(pinsFile, "utf8");
const pins = parsePins(text);
/** @type {string[]} */
const failures = [];
/** @type {string[]} */
const byHand = [];
/** @type {Map<string, Promise<string>>} */
const checksumFiles = new Map();

/** @type {Promise<void>[]} */
const looks = [];
for (const [name, pin] of downloads(pins)) {
  const { officialUrl, officialSha256, checksumsUrl, version } = pin;
  const way =
    "registry" in pin ? /** @type {import("./toolchain/pins.mjs").RegistryWay | null} */ (pin.registry) : null;
  if (officialUrl && !officialSha256 && !checksumsUrl) {
    byHand.push(`${name} ${version}: ${pin.note ?? "upstream publishes no checksum file"}`);
  }
  if (officialUrl && !officialSha256 && checksumsUrl) {
    looks.push(
      look(`${name} ${version}: ${checksumsUrl}`, async () => {
        const hash = findChecksum(await fetchOnce(checksumsUrl), path.posix.basename(officialUrl));
        text = fillHash(text, officialUrl, hash);
        console.log(`${name} ${version}: ${hash}`);
      }),
    );
  }
  if (way?.kind === "npm" && way.integrity === null) {
    looks.push(
      look(`${name} ${version}: npm package ${way.package}`, async () => {
        const { stdout } = await run("npm", ["view", `${way.package}@${way.version}`, "dist.integrity"], {
          timeout: 60_000,
        });
        if (!/^sha512-\S+$/.test(stdout.trim())) throw new Error("the registry has no integrity of that version");
        text = fillIntegrity(text, way, stdout.trim());
        console.log(`${name} ${version}: ${stdout.trim()}`);
      }),
    );
  }
}
await Promise.all(looks);
if (text !== readFileSync(pinsFile, "utf8")) await writeWhole(pinsFile, text);
const listed = (/** @type {string[]} */ lines) => lines.map((line) => `  - ${line}`).join("\n");
if (byHand.length > 0) console.log(`for a person to pin (docs/deploy.md):\n${listed(byHand)}`);
if (failures.length > 0) {
  console.error(`not pinned, left as null in tools.json:\n${listed(failures)}`);
  process.exitCode = 1;
} else {
  console.log(byHand.length > 0 ? "every other official download is pinned" : "every official download is pinned");
}

/**
 * @param {string} what
 * @param {() => Promise<void>} work
 */
async function look(what, work) {
  try {
    await work();
  } catch (error) {
    const { message, stderr } = /** @type {Error & {stderr?: string}} */ (error);
    failures.push(`${what}: ${stderr?.trim().split("\n")[0] || message}`);
  }
}

/**
 * @param {string} url
 * @returns {Promise<string>}
 */
function fetchOnce(url) {
  const text = checksumFiles.get(url) ?? downloadText(url);
  checksumFiles.set(url, text);
  return text;
}
