// @ts-check
// Fills the hashes in tools.json that are not known yet from what the upstreams publish: `npm run pin`.
import { readFileSync } from "node:fs";
import path from "node:path";
import { findChecksum } from "./toolchain/checksums.mjs";
import { writeWhole } from "./toolchain/files.mjs";
import { fillHash, parsePins, pinsFile } from "./toolchain/pins.mjs";

const TIMEOUT_MS = 15_000;

let text = readFileSync(pinsFile, "utf8");
const pins = parsePins(text);
const unknown = Object.entries({ ...pins.tools, ...pins.pulumiPlugins }).filter(
  ([, pin]) => pin.officialUrl && !pin.officialSha256,
);
/** @type {string[]} */
const failures = [];
await Promise.all(
  unknown.map(async ([name, pin]) => {
    const { officialUrl, checksumsUrl } = pin;
    if (!officialUrl) return;
    try {
      if (!checksumsUrl) throw new Error(pin.note ?? "upstream publishes no checksum file");
      const hash = findChecksum(await fetchText(checksumsUrl), path.posix.basename(officialUrl));
      text = fillHash(text, officialUrl, hash);
      console.log(`${name} ${pin.version}: ${hash}`);
    } catch (error) {
      failures.push(`${name} ${pin.version}: ${checksumsUrl ?? officialUrl}: ${describe(error)}`);
    }
  }),
);
if (text !== readFileSync(pinsFile, "utf8")) await writeWhole(pinsFile, text);
if (failures.length > 0) {
  console.error(`not pinned, left as null in tools.json:\n${failures.map((failure) => `  - ${failure}`).join("\n")}`);
  process.exitCode = 1;
} else {
  console.log("every official download is pinned");
}

/**
 * @param {string} url
 * @returns {Promise<string>}
 */
async function fetchText(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.text();
}

/**
 * @param {unknown} error
 * @returns {string} with the cause, which is where fetch says what went wrong
 */
function describe(error) {
  const { message, cause } = /** @type {Error & {cause?: Error}} */ (error);
  return cause ? `${message} (${cause.message})` : message;
}
