import { lstat, readdir, readFile, realpath } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { hostPaths, parseRelease, type Release, sha256 } from "@metrics-link/release";
import { Accounts } from "../accounts.ts";
import { toolDirectory } from "../download.ts";
import type { Effects } from "../effects.ts";
import { at } from "../run.ts";
import { sealOf } from "../seal.ts";
import { releaseFile } from "../steps/fetch.ts";

type Root = Pick<Effects, "root">;

/** The release that `current` points to, with its document as it lies there. */
export async function releaseOnDisk(effects: Root) {
  const directory = await realpath(at(effects, hostPaths.current));
  const text = await readFile(join(directory, releaseFile));
  return {
    told: { inForce: basename(directory), documentSha256: sha256(text) },
    document: parseRelease(JSON.parse(text.toString())),
  };
}

/** Every file of the release as it is on disk, and those that do not belong there. */
export async function filesOnDisk(effects: Root, { files, secrets, tools }: Release) {
  const accounts = await Accounts.read(effects.root);
  const directory = await realpath(at(effects, hostPaths.current));
  const look = async (path: string, hashed: boolean) => {
    const file = join(directory, path);
    const found = await lstat(file).catch(() => undefined);
    if (found === undefined) return "missing";
    if (!found.isFile()) return "not a file";
    const mode = `0${(found.mode & 0o7777).toString(8)}`;
    const owner = accounts.nameOf(found.uid, found.gid);
    return [...(hashed ? [sha256(await readFile(file))] : []), mode, owner].join(" ");
  };
  const entries = [
    ...files.map(({ path }) => [path, true] as const),
    ...secrets.map(({ path }) => [path, false] as const),
  ];
  const found = await Promise.all(entries.map(async ([path, hashed]) => [path, await look(path, hashed)] as const));
  const commands = tools.flatMap(({ executables }) => Object.keys(executables).map((name) => `bin/${name}`));
  const ours = new Set([...entries.map(([path]) => path), ...commands, releaseFile]);
  const present = await readdir(directory, { recursive: true, withFileTypes: true });
  return {
    found: Object.fromEntries(found),
    foreign: present
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
      .filter((path) => !ours.has(path))
      .slice(0, 20),
  };
}

/** The tools of the release, and what their executables were when their archives were unpacked. */
export async function toolsOnDisk(effects: Root, { tools }: Release) {
  return await Promise.all(
    tools.map(async (tool) => {
      const seal = await readFile(sealOf(at(effects, toolDirectory(tool))), "utf8").catch(() => undefined);
      const entries = Object.entries(
        seal === undefined ? {} : (JSON.parse(seal) as Record<string, { sha256: string }>),
      );
      const sealed = entries.map(([inner, one]) => [`${toolDirectory(tool)}/${inner}`, one.sha256] as const);
      const { name, version, sha256: archiveSha256 } = tool;
      return { name, version, archiveSha256, sealed: seal === undefined ? null : Object.fromEntries(sealed) };
    }),
  );
}
