// @ts-check
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { downloadLimits } from "./downloads.mjs";
import { writeWhole } from "./files.mjs";
import { repository } from "./paths.mjs";

const lockFile = path.join(repository, "pnpm-lock.yaml");
const marker = path.join(repository, "node_modules/.metrics-link-installed");

/** @returns {string} what node_modules is made from */
function wanted() {
  const hash = createHash("sha256");
  for (const file of [lockFile, path.join(repository, "pnpm-workspace.yaml")]) hash.update(readFileSync(file));
  return hash.digest("hex");
}

/** @returns {boolean} whether node_modules is what the lock file asks for */
export function packagesInPlace() {
  return existsSync(marker) && readFileSync(marker, "utf8") === wanted();
}

/**
 * Pulumi runs the resource plugins of the cache, which were checked by their hashes, and fetches none by itself: one that it
 * fetches is compared with nothing of ours, and would run with the role of the deployer and with every private key.
 * @param {import("./paths.mjs").Layout} layout
 * @returns {NodeJS.ProcessEnv} of everything that runs with the toolchain
 */
export function toolchainEnvironment(layout) {
  const search = [layout.bin, layout.plugins, path.join(repository, "node_modules/.bin"), process.env.PATH];
  return {
    ...process.env,
    METRICS_LINK_CACHE: layout.cache,
    PATH: search.filter(Boolean).join(":"),
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // One store, whether a person runs pnpm or set-up does.
    pnpm_config_store_dir: layout.pnpmStore,
  };
}

/**
 * Installs the repository's packages as its lock file says, by the pinned Node and pnpm.
 * @param {import("./paths.mjs").Layout} layout
 * @param {import("./steps.mjs").StepContext} context
 * @returns {Promise<string>}
 */
export async function installWorkspace(layout, { run }) {
  if (packagesInPlace()) return "as the lock file says";
  const asked = wanted();
  // CI: never asks a question, which nobody would see.
  const env = { ...toolchainEnvironment(layout), CI: "true" };
  await run([path.join(layout.bin, "pnpm"), "install", "--frozen-lockfile", "--reporter=append-only"], {
    cwd: repository,
    env,
    limits: downloadLimits,
  });
  await writeWhole(marker, asked);
  return "installed";
}
