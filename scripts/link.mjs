// @ts-check
// `npm run -s link -- COMMAND [ARGUMENT...]`: sets up what is missing, then runs link.ts with the pinned tools.
import { fileURLToPath } from "node:url";
import { run, runWithToolchain } from "./toolchain/run.mjs";

const beside = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const setUp = await run(process.execPath, [beside("setup.mjs"), "--quiet-when-done"]);
process.exitCode = setUp || (await runWithToolchain("tsx", [beside("link.ts"), ...process.argv.slice(2)]));
