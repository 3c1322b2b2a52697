// @ts-check
import path from "node:path";
import { downloadLimits } from "../downloads.mjs";
import { repository } from "../paths.mjs";

/**
 * @param {import("../pins.mjs").VenvWay} way
 * @returns {string} the file that pins the package and all that it needs by hash
 */
export function requirementsFile(way) {
  return path.join(repository, "scripts/toolchain", way.directory, "requirements.txt");
}

/**
 * Installs a Python package into a virtual environment of its own. The folder is moved to its place afterwards, so only its
 * `bin/python` is used, which finds its packages by where it stands; the scripts beside it name the old place.
 * @param {import("../pins.mjs").VenvWay} way
 * @param {string} folder
 * @param {import("../paths.mjs").Layout} layout
 * @param {import("../steps.mjs").StepContext} context
 */
export async function installVenv(way, folder, layout, { run }) {
  // Without pip inside: the machine's own pip installs into it, so Debian's python3-venv is not needed.
  await run(["python3", "-m", "venv", "--without-pip", folder]);
  const pip = ["python3", "-m", "pip", "--disable-pip-version-check", "--python", path.join(folder, "bin/python")];
  const checked = ["--only-binary=:all:", "--require-hashes", "-r", requirementsFile(way)];
  await run([...pip, "install", "--cache-dir", path.join(layout.registries, "pip"), ...checked], {
    limits: downloadLimits,
  });
}
