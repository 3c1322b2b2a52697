// @ts-check
// `npm run -s link -- COMMAND [ARGUMENT...]`: sets up what is missing, then runs link.ts with the pinned tools.
import { fileURLToPath } from "node:url";
import { run, runWithToolchain } from "./toolchain/run.mjs";

/** The commands that work with a stack in AWS: without a sandbox, an ordinary user's tools do for them. */
const deploying = ["audit", "capacity", "ceremony", "console", "preflight", "review", "rotate", "trust"];

const words = process.argv.slice(2);
const deploys = deploying.includes(words[0] ?? "") && !words.some((word) => word.startsWith("--sandbox"));
const beside = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const setUp = await run(process.execPath, [
  beside("setup.mjs"),
  "--quiet-when-done",
  ...(deploys ? ["--deploy-suffices"] : []),
]);
process.exitCode = setUp || (await runWithToolchain("node", [beside("link.ts"), ...words]));
