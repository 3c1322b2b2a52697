import { chmod, copyFile, lstat, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LinkError, parseJson } from "@metrics-link/contract";
import { hostPaths, type ReleaseTool } from "@metrics-link/release";
import { z } from "zod";
import { commandFailed, type Effects } from "./effects.ts";
import { exists, flush, makeDirectory, sha256OfFile, stampOf } from "./files.ts";
import { at, type Run } from "./run.ts";

/**
 * Downloads an object, and gives it its name only after its hash is verified.
 * @throws LinkError `HASH_MISMATCH` with both hashes when they differ
 */
export async function downloadVerified(effects: Effects, key: string, expected: string, file: string): Promise<void> {
  const partial = `${file}.partial`;
  makeDirectory(dirname(file));
  try {
    await effects.downloadObject(key, partial);
    const found = await sha256OfFile(partial);
    if (found !== expected)
      throw new LinkError("HASH_MISMATCH", {
        what: `${key} has the SHA-256 ${found}, not ${expected}: it is discarded`,
      });
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
 * Unpacks a tool into a directory named by its archive's hash, which appears only when it is complete. A failure leaves
 * nothing behind: it may have filled the disk.
 */
export async function ensureTool({ effects }: Pick<Run, "effects">, tool: ReleaseTool): Promise<void> {
  const directory = at(effects, toolDirectory(tool));
  if (await exists(directory)) return;
  const archive = `${directory}.download`;
  const unpacked = `${directory}.unpacked`;
  try {
    await downloadVerified(effects, tool.key, tool.sha256, archive);
    await rm(unpacked, { recursive: true, force: true });
    makeDirectory(unpacked);
    if (/\.(tar\.gz|tgz)$/.test(tool.key)) await untar(effects, archive, unpacked);
    else await copySingle(tool, archive, unpacked);
    for (const inner of Object.values(tool.executables)) {
      if (!(await isPlainFile(unpacked, inner)))
        throw new LinkError("RELEASE_INVALID", {
          what: `The archive of ${tool.name} ${tool.version} has no plain file ${inner}`,
        });
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

/** False when any step of the path is a link: chmod would open up its target instead. */
async function isPlainFile(directory: string, inner: string): Promise<boolean> {
  for (let path = dirname(inner); path !== "."; path = dirname(path))
    if (!(await lstat(join(directory, path)).catch(() => undefined))?.isDirectory()) return false;
  return (await lstat(join(directory, inner)).catch(() => undefined))?.isFile() ?? false;
}

/** Everybody may use an executable and the folders that lead to it; the rest of an archive stays closed. */
async function openUp(directory: string, inner: string): Promise<void> {
  for (let path = inner; path !== "."; path = dirname(path)) await chmod(join(directory, path), 0o755);
}

async function untar(effects: Effects, archive: string, into: string): Promise<void> {
  const { code, output } = await effects.run(
    ["tar", "--extract", "--gzip", "--no-same-owner", "--file", archive, "--directory", into],
    { timeoutMs: 120_000 },
  );
  if (code !== 0) throw commandFailed(`tar cannot unpack ${archive}`, { code, output });
}

async function copySingle({ name, executables }: ReleaseTool, file: string, into: string): Promise<void> {
  const [inner, ...more] = Object.values(executables);
  if (inner === undefined || more.length > 0)
    throw new LinkError("RELEASE_INVALID", {
      what: `${name} is a single executable, but the release names ${Object.keys(executables).length}`,
    });
  makeDirectory(dirname(join(into, inner)));
  await copyFile(file, join(into, inner));
}

/**
 * What a tool's executables were when they were unpacked from an archive with the right hash, by their paths inside the
 * tool's directory. A release knows only the hash of the archive.
 */
const seal = z.record(z.string(), z.object({ sha256: z.string(), seen: z.string() }));
type Seal = z.output<typeof seal>;

/** The seal's file, beside a tool's directory. */
export const sealOf = (directory: string) => `${directory}.seal.json`;

/** @throws when there is none; LinkError `JSON_INVALID` when it cannot be parsed */
export async function readSeal(directory: string): Promise<Seal> {
  const file = sealOf(directory);
  return parseJson(seal, await readFile(file, "utf8"), file);
}

async function sealExecutables(directory: string, tool: ReleaseTool, file: string): Promise<void> {
  const entries = Object.values(tool.executables).map(async (inner) => {
    const path = join(directory, inner);
    return [inner, { sha256: await sha256OfFile(path), seen: await stampOf(path) }] as const;
  });
  await writeSeal(file, Object.fromEntries(await Promise.all(entries)));
}

/**
 * Whether the executables are what the archive held. They are hashed only when the file system says that they may have
 * changed: Envoy alone has a hundred megabytes.
 */
export async function isAsSealed(directory: string, tool: ReleaseTool): Promise<boolean> {
  const file = sealOf(directory);
  // The first boot unpacks Node without an agent, from an archive that it has verified.
  if (!(await exists(file))) await sealExecutables(directory, tool, file);
  // A seal that cannot be read is drift like a changed executable: an error would stop every later run as well.
  const known = await readSeal(directory).catch(() => undefined);
  if (known === undefined) return false;
  let restamped = false;
  for (const inner of Object.values(tool.executables)) {
    const path = join(directory, inner);
    const before = known[inner];
    const now = await stampOf(path).catch(() => undefined);
    if (before === undefined || now === undefined) return false;
    if (now === before.seen) continue;
    if ((await modeOf(path)) !== 0o755 || (await sha256OfFile(path)) !== before.sha256) return false;
    known[inner] = { ...before, seen: now };
    restamped = true;
  }
  if (restamped) await writeSeal(file, known);
  return true;
}

const modeOf = async (path: string) => (await lstat(path)).mode & 0o7777;

async function writeSeal(file: string, content: Seal): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(content)}\n`, { mode: 0o644 });
  await rename(`${file}.new`, file);
}
