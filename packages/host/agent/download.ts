import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, copyFile, mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { hostPaths } from "@metrics-link/contract/host-paths.ts";
import type { ReleaseTool } from "@metrics-link/contract/release.ts";
import type { Effects } from "./effects.ts";
import { exists } from "./place-file.ts";
import { at, type Run } from "./run.ts";

/**
 * Fetches an object and gives it its name only once its hash is the expected one.
 * @throws Error with both hashes when it is not
 */
export async function downloadVerified(effects: Effects, key: string, expected: string, file: string): Promise<void> {
  const partial = `${file}.partial`;
  await mkdir(dirname(file), { recursive: true, mode: 0o755 });
  await effects.downloadObject(key, partial);
  const hash = createHash("sha256");
  await pipeline(createReadStream(partial), hash);
  const found = hash.digest("hex");
  if (found !== expected) {
    await rm(partial);
    throw new Error(`${key} has the hash ${found}, expected is ${expected}: it is not used`);
  }
  await rename(partial, file);
}

/** Where a tool is unpacked on a host. */
export function toolDirectory({ name, sha256 }: Pick<ReleaseTool, "name" | "sha256">): string {
  return `${hostPaths.tools}/${name}/${sha256}`;
}

/** Has a tool unpacked in a directory named by its archive's hash, which appears only when it is whole. */
export async function ensureTool({ effects }: Pick<Run, "effects">, tool: ReleaseTool): Promise<void> {
  const directory = at(effects, toolDirectory(tool));
  if (await exists(directory)) return;
  const archive = `${directory}.download`;
  const unpacked = `${directory}.unpacked`;
  await downloadVerified(effects, tool.key, tool.sha256, archive);
  await rm(unpacked, { recursive: true, force: true });
  await mkdir(unpacked, { recursive: true, mode: 0o755 });
  if (/\.(tar\.gz|tgz)$/.test(tool.key)) await untar(effects, archive, unpacked);
  else await copySingle(tool, archive, unpacked);
  for (const inner of Object.values(tool.executables)) {
    const found = await stat(join(unpacked, inner)).catch(() => undefined);
    if (!found?.isFile()) throw new Error(`The archive of ${tool.name} ${tool.version} has no file ${inner}`);
    await chmod(join(unpacked, inner), 0o755);
  }
  await rename(unpacked, directory);
  await rm(archive);
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
  await mkdir(dirname(join(into, inner)), { recursive: true });
  await copyFile(file, join(into, inner));
}
