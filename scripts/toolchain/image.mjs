// @ts-check
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { chmod, copyFile, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { deriveMirrors, parseAptSources } from "./debian.mjs";
import { downloadLimits } from "./downloads.mjs";
import { publishFolder } from "./files.mjs";
import { repository } from "./paths.mjs";

const recipeFolder = path.join(repository, "packages/sandbox/image");
const overlayFolder = path.join(recipeFolder, "root");
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * The recipe of the root file system that the sandbox boots its hosts from.
 * @typedef {object} Recipe
 * @property {string} suite Debian release
 * @property {string[]} packages
 * @property {string[]} excludedPaths files of packages that are never unpacked, by dpkg(1) path-exclude
 * @property {string[]} maskedUnits systemd units that have nothing to do in a container, or wait for hardware
 * @property {string[]} emptiedFiles what must not be the same on two hosts, or came from this machine
 * @property {string[]} removedFiles
 */

/** @returns {Recipe} */
function loadRecipe() {
  return JSON.parse(readFileSync(path.join(recipeFolder, "recipe.json"), "utf8"));
}

/** @returns {string[]} the files that are copied into the image, relative to its root */
function overlayFiles() {
  const entries = readdirSync(overlayFolder, { recursive: true, encoding: "utf8" });
  return entries.filter((entry) => statSync(path.join(overlayFolder, entry)).isFile()).sort();
}

/** @returns {string[]} the files that decide what is in the image */
export function recipeFiles() {
  return [path.join(recipeFolder, "recipe.json"), ...overlayFiles().map((file) => path.join(overlayFolder, file))];
}

/** @returns {string} name of the image's folder: another recipe is another image */
export function imageName() {
  const hash = createHash("sha256");
  for (const file of recipeFiles()) hash.update(path.relative(recipeFolder, file)).update(readFileSync(file));
  return `debian-13-${hash.digest("hex").slice(0, 12)}`;
}

/**
 * Where the image's packages come from: `$METRICS_LINK_DEBIAN_MIRROR`, else the mirrors of this machine's own apt.
 * @param {NodeJS.ProcessEnv} env
 * @returns {import("./debian.mjs").Mirrors | null}
 */
export function imageMirrors(env = process.env) {
  if (env.METRICS_LINK_DEBIAN_MIRROR) return { main: env.METRICS_LINK_DEBIAN_MIRROR, updates: null, security: null };
  /** @type {{name: string, text: string}[]} */
  const files = [];
  for (const folder of ["/etc/apt", "/etc/apt/sources.list.d"]) {
    for (const name of listFolder(folder)) {
      if (/\.(list|sources)$/.test(name)) files.push({ name, text: readFileSync(path.join(folder, name), "utf8") });
    }
  }
  const codename = /^VERSION_CODENAME=(\S+)$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "";
  return deriveMirrors(parseAptSources(files), codename, (file) => readFileSync(file, "utf8"));
}

/** @param {string} folder */
function listFolder(folder) {
  try {
    return readdirSync(folder).sort();
  } catch {
    // No such folder: this machine has no apt, or all its sources are in one file.
    return [];
  }
}

/**
 * Settings of this machine's apt without which its mirrors cannot be reached: proxies, a CA of its own, and how old an
 * archive may be (a snapshot is).
 * @param {string} dump output of `apt-config dump`
 * @returns {string[]} for mmdebstrap's --aptopt
 */
export function inheritedAptOptions(dump) {
  const inherited = /^Acquire::(https?::(Proxy|CAInfo)|Check-Valid-Until|Check-Date)\b/i;
  return dump.split("\n").filter((line) => inherited.test(line) && !line.includes('""'));
}

/**
 * Makes the image, unless it is there.
 * @param {import("./paths.mjs").Layout} layout
 * @param {import("./steps.mjs").StepContext} context
 * @returns {Promise<string>}
 */
export async function makeImage(layout, { run }) {
  const recipe = loadRecipe();
  const mirrors = imageMirrors();
  if (!mirrors) throw new Error("no Debian mirror is known; set METRICS_LINK_DEBIAN_MIRROR");
  const from = `deb [signed-by=${keyring}]`;
  const sources = [`${from} ${mirrors.main} ${recipe.suite} main`];
  if (mirrors.updates) sources.push(`${from} ${mirrors.updates} ${recipe.suite}-updates main`);
  if (mirrors.security) sources.push(`${from} ${mirrors.security} ${recipe.suite}-security main`);
  const aptOptions = inheritedAptOptions(await run(["apt-config", "dump"], { onLine: () => {} }));

  const made = await publishFolder(path.join(layout.images, imageName()), layout.work, ["root/usr"], async (folder) => {
    const root = path.join(folder, "root");
    await run(
      [
        "mmdebstrap",
        "--mode=root",
        "--variant=minbase",
        "--format=directory",
        `--include=${recipe.packages.join(",")}`,
        ...aptOptions.map((option) => `--aptopt=${option}`),
        ...recipe.excludedPaths.map((excluded) => `--dpkgopt=path-exclude=${excluded}`),
        recipe.suite,
        root,
        ...sources,
      ],
      // Its own temporary files stay out of /tmp, which may be small or mounted nodev.
      { env: { ...process.env, TMPDIR: folder, LC_ALL: "C.UTF-8" }, limits: downloadLimits },
    );
    await finishRoot(recipe, root);
  });
  return made ? `Debian 13 from ${mirrors.main}` : "already made";
}

/**
 * @param {Recipe} recipe
 * @param {string} root
 */
async function finishRoot(recipe, root) {
  for (const file of overlayFiles()) {
    const target = path.join(root, file);
    await mkdir(path.dirname(target), { recursive: true });
    await copyFile(path.join(overlayFolder, file), target);
    // A checkout under a strict umask must not decide what the users of a host can read.
    await chmod(target, 0o644);
  }
  for (const unit of recipe.maskedUnits) {
    const link = path.join(root, "etc/systemd/system", unit);
    await rm(link, { force: true });
    await symlink("/dev/null", link);
  }
  for (const file of recipe.emptiedFiles) {
    await writeFile(path.join(root, file), "");
    await chmod(path.join(root, file), 0o644);
  }
  for (const file of recipe.removedFiles) await rm(path.join(root, file), { force: true });
}
