// @ts-check
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { artifactName, describeArtifact, makeArtifact } from "./artifacts.mjs";
import { NotReachable } from "./downloads.mjs";
import { hashFile, linkWhole, publishFolder, writeWhole } from "./files.mjs";
import { fetchOfficial, unpackOfficial } from "./official.mjs";
import { bringFromRegistry, lockFiles, registryExecutables } from "./registry.mjs";
import { onPath, saysVersion, sourceOrder } from "./sources.mjs";

/**
 * A tool that is in place.
 * @typedef {object} Acquired
 * @property {string} version
 * @property {import("./sources.mjs").Source} source
 * @property {string} path its first executable; of a tool that only hosts run, its artifact
 * @property {string} sha256 of that
 * @property {Record<string, string>} executables name to absolute path
 * @property {import("./artifacts.mjs").Artifact | null} artifact for the hosts, if they run it
 */

/**
 * The folder of a tool from one source. Its name changes with all that decides what is in it.
 * @param {string} name
 * @param {import("./pins.mjs").Tool | import("./pins.mjs").Official} pin
 * @param {"official" | "registry"} source
 * @param {import("./paths.mjs").Layout} layout
 */
export function toolFolder(name, pin, source, layout) {
  const hash = createHash("sha256");
  if (source === "official") {
    hash.update(JSON.stringify([pin.officialSha256, pin.officialExecutables]));
  } else {
    const way = "registry" in pin ? pin.registry : null;
    hash.update(JSON.stringify(way));
    for (const file of lockFiles(way)) hash.update(readFileSync(file));
  }
  return path.join(layout.tools, `${name}-${pin.version}-${source}-${hash.digest("hex").slice(0, 12)}`);
}

/**
 * @param {import("./pins.mjs").Tool} tool
 * @param {import("./paths.mjs").Layout} layout
 * @returns {Record<string, string> | null} name to absolute path, if the machine has it already
 */
export function findOnPath(tool, layout) {
  const [name] = Object.keys(tool.officialExecutables).concat(Object.keys(tool.registry?.executables ?? {}));
  if (tool.onHosts || tool.registry?.kind === "venv" || !name) return null;
  const file = onPath(name, tool.version, layout.bin);
  return file ? { [name]: file } : null;
}

/**
 * Brings one tool into place from the first source that has it, and onto the cache's `bin`. A tool of which nothing runs
 * here is only handed on to hosts in AWS, so set-up goes on without it.
 * @param {string} name
 * @param {import("./pins.mjs").Tool} tool
 * @param {import("./paths.mjs").Layout} layout
 * @param {import("./steps.mjs").StepContext} context
 * @returns {Promise<Acquired | null>} null: not to be had, and not needed here
 * @throws {Error} if no source has what this machine needs
 */
export async function acquire(name, tool, layout, context) {
  const found = findOnPath(tool, layout);
  for (const source of sourceOrder({ ...tool, onPath: Boolean(found) })) {
    if (source === "path" && found) return finish(name, tool, source, found, null, layout);
    if (source === "path") continue;
    const folder = toolFolder(name, tool, source, layout);
    const paths = source === "official" ? tool.officialExecutables : registryExecutables(tool.registry);
    /** @param {string} root */
    const executables = (root) =>
      Object.fromEntries(Object.entries(paths).map(([executable, inside]) => [executable, path.join(root, inside)]));
    try {
      const contains = [...Object.values(paths), ...(tool.onHosts ? [artifactName(tool, source)] : [])];
      await publishFolder(folder, layout.work, contains, async (work) => {
        const download = source === "official" ? await fetchOfficial(tool, work, context) : null;
        if (download) await unpackOfficial(download, tool, work, context);
        else if (tool.registry) await bringFromRegistry(tool.registry, work, layout, context);
        await checkVersions(tool, executables(work), context);
        if (tool.onHosts) await makeArtifact(tool, download, work, paths, context);
        if (download) await rm(download, { force: true });
      });
      const artifact = tool.onHosts ? await describeArtifact(name, tool, source, folder, paths) : null;
      return await finish(name, tool, source, executables(folder), artifact, layout);
    } catch (error) {
      if (!(error instanceof NotReachable)) throw error;
      const next = tool.registry ? "going on to the registry" : "and nothing else has it";
      context.say(`note    official download not to be had, ${next}: ${error.message}`);
    }
  }
  if (!tool.registry && Object.keys(tool.officialExecutables).length === 0) return null;
  throw new Error(`no source has ${name} ${tool.version}: ${tool.note ?? "see tools.json"}`);
}

/**
 * @param {import("./pins.mjs").Tool} tool
 * @param {Record<string, string>} executables
 * @param {import("./steps.mjs").StepContext} context
 */
export async function checkVersions(tool, executables, { run }) {
  const way = tool.registry;
  for (const [name, file] of Object.entries(executables)) {
    const ask =
      way?.kind === "venv"
        ? [file, "-c", `import importlib.metadata; print(importlib.metadata.version(${JSON.stringify(way.package)}))`]
        : [file, "--version"];
    const said = await run(ask);
    if (!saysVersion(said, tool.version)) throw new Error(`${name} says "${said.trim()}", pinned is ${tool.version}`);
  }
}

/**
 * @param {string} name
 * @param {import("./pins.mjs").Tool} tool
 * @param {import("./sources.mjs").Source} source
 * @param {Record<string, string>} executables
 * @param {import("./artifacts.mjs").Artifact | null} artifact
 * @param {import("./paths.mjs").Layout} layout
 * @returns {Promise<Acquired>}
 */
export async function finish(name, tool, source, executables, artifact, layout) {
  for (const [executable, file] of Object.entries(executables)) {
    const link = path.join(layout.bin, executable);
    // A virtual environment's Python finds its packages by the path that it is called by, so a link would not do.
    if (tool.registry?.kind === "venv") await writeWhole(link, `#!/bin/sh\nexec '${file}' "$@"\n`, 0o755);
    else await linkWhole(link, file);
  }
  const first = Object.values(executables)[0] ?? artifact?.file;
  if (!first) throw new Error(`tools.json names no executable of ${name}`);
  return { version: tool.version, source, path: first, sha256: await hashFile(first), executables, artifact };
}
