// @ts-check
// Runs a command with the pinned tools first on PATH: `node scripts/with-toolchain.mjs COMMAND [ARGUMENT...]`.
// `tsx FILE` is the pinned Node that runs a TypeScript file.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { toolchainEnvironment } from "./toolchain/packages.mjs";
import { cacheFolder, layout as layoutOf, repository } from "./toolchain/paths.mjs";

const layout = layoutOf(cacheFolder());
const [command, ...rest] = process.argv.slice(2);
if (!command) {
  console.error("usage: node scripts/with-toolchain.mjs COMMAND [ARGUMENT...]");
  process.exit(2);
}

const tsx = pathToFileURL(path.join(repository, "node_modules/tsx/dist/loader.mjs")).href;
const [file, args] = command === "tsx" ? [path.join(layout.bin, "node"), ["--import", tsx, ...rest]] : [command, rest];
const child = spawn(file, args, { stdio: "inherit", env: toolchainEnvironment(layout) });

// On Ctrl-C the terminal signals the child too; who signals only us means it.
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"])) {
  process.on(signal, () => void (signal === "SIGINT" && process.stdin.isTTY ? null : child.kill(signal)));
}
child.once("error", (error) => {
  console.error(`${file} could not be started: ${error.message}; run \`npm run setup\``);
  process.exitCode = 127;
});
child.once("exit", (code, signal) => {
  process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
});
