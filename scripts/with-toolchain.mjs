// @ts-check
// Runs a command with the pinned tools first on PATH: `node scripts/with-toolchain.mjs COMMAND [ARGUMENT...]`.
// `node FILE` is the pinned Node, which also runs TypeScript.
import { runWithToolchain } from "./toolchain/run.mjs";

const [command, ...words] = process.argv.slice(2);
if (!command) {
  console.error("usage: node scripts/with-toolchain.mjs COMMAND [ARGUMENT...]");
  process.exit(2);
}
process.exitCode = await runWithToolchain(command, words);
