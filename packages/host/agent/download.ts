import { chmod, copyFile, lstat, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hostPaths, type ReleaseTool } from "@metrics-link/release";
import type { Effects } from "./effects.ts";
import { flush } from "./flush.ts";
import { exists, makeDirectory } from "./place-file.ts";
import { at, type Run } from "./run.ts";
import { sealExecutables, sealOf, sha256OfFile } from "./seal.ts";

/**
 * Fetches an object and gives it its name only once its hash is the expected one.
 * @throws Error with both hashes when it is not
 */
export async function downloadVerified(effects: Effects, key: string, expected: string, file: string): Promise<void> {
  const partial = `${file}.partial`;
  await makeDirectory(dirname(file));
  try {
    await effects.downloadObject(key, partial);
    const found = await sha256OfFile(partial);
    if (found !== expected) throw new Error(`${key} has the hash ${found}, expected is ${expected}: it is not used`);
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
}

/** Where a tool is unpacked on a host. */
export function toolDirectory({ name, sha256 }: Pick<ReleaseTool, "name" | "sha256">): string {
  return `${hostPaths.tools}/${name}/${sha256}`;
}

/**
 * Has a tool unpacked in a directory named by its archive's hash, which appears only when it is whole. What a failure
 * leaves behind goes: a disk may be full because of it.
 */
export async function ensureTool({ effects }: Pick<Run, "effects">, tool: ReleaseTool): Promise<void> {
  const directory = at(effects, toolDirectory(tool));
  if (await exists(directory)) return;
  const archive = `${directory}.download`;
  const unpacked = `${directory}.unpacked`;
  try {
    await downloadVerified(effects, tool.key, tool.sha256, archive);
    await rm(unpacked, { recursive: true, force: true });
    await makeDirectory(unpacked);
    if (/\.(tar\.gz|tgz)$/.test(tool.key)) await untar(effects, archive, unpacked);
    else await copySingle(tool, archive, unpacked);
    for (const inner of Object.values(tool.executables)) {
      if (!(await isPlainFile(unpacked, inner)))
        throw new Error(`The archive of ${tool.name} ${tool.version} has no plain file ${inner}`);
      await openUp(unpacked, inner);
    }
    await sealExecutables(unpacked, tool, sealOf(directory));
    await flush(effects, unpacked);
    await rename(unpacked, directory);
  } finally {
    await rm(unpacked, { recursive: true, force: true });
    await rm(archive, { force: true });
  }
}

/** Whether no step on the way to a file is a link: what it led to would be opened up in its place. */
async function isPlainFile(directory: string, inner: string): Promise<boolean> {
  for (let path = dirname(inner); path !== "."; path = dirname(path))
    if (!(await lstat(join(directory, path)).catch(() => undefined))?.isDirectory()) return false;
  return (await lstat(join(directory, inner)).catch(() => undefined))?.isFile() ?? false;
}

/** An executable and the folders on the way to it are for everybody; what else an archive holds is not. */
async function openUp(directory: string, inner: string): Promise<void> {
  for (let path = inner; path !== "."; path = dirname(path)) await chmod(join(directory, path), 0o755);
}

async function untar(effects: Effects, archive: string, into: string): Promise<void> {
  const { code, output } = await effects.run(
    ["tar", "--extract", "--gzip", "--no-same-owner", "--file", archive, "--directory", into],
    { timeoutMs: 120_000 },
  );
  if (code !== 0) throw new Error(`tar cannot unpack ${archive}: ${output}`);
}

async function copySingle({ name, executables }: ReleaseTool, file: string, into: string): Promise<void> {
  const [inner, ...more] = Object.values(executables);
  if (inner === undefined || more.length > 0) throw new Error(`${name} is one executable, so it has exactly one name`);
  await makeDirectory(dirname(join(into, inner)));
  await copyFile(file, join(into, inner));
}
