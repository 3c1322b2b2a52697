import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { ReleaseTool } from "@metrics-link/release";
import { exists } from "./place-file.ts";

/** Path inside the tool's directory → what the file was when it was unpacked from an archive with the right hash. */
type Seal = Record<string, { readonly sha256: string; readonly seen: string }>;

/** Beside a tool's directory: what its executables are. A release knows the hash of the archive only. */
export const sealOf = (directory: string) => `${directory}.seal.json`;

export async function sealExecutables(directory: string, tool: ReleaseTool, file: string): Promise<void> {
  const entries = Object.values(tool.executables).map(async (inner) => {
    const path = join(directory, inner);
    return [inner, { sha256: await sha256OfFile(path), seen: await seen(path) }] as const;
  });
  await write(file, Object.fromEntries(await Promise.all(entries)));
}

/**
 * Whether the executables are what the archive held. They are read only when the file system says that they may have
 * changed: Envoy alone is a hundred megabytes.
 */
export async function isAsSealed(directory: string, tool: ReleaseTool): Promise<boolean> {
  const file = sealOf(directory);
  // The first boot unpacks Node without an agent, from an archive that it has checked.
  if (!(await exists(file))) await sealExecutables(directory, tool, file);
  const seal = JSON.parse(await readFile(file, "utf8")) as Seal;
  let looked = false;
  for (const inner of Object.values(tool.executables)) {
    const path = join(directory, inner);
    const known = seal[inner];
    const now = await seen(path).catch(() => undefined);
    if (known === undefined || now === undefined) return false;
    if (now === known.seen) continue;
    if ((await modeOf(path)) !== 0o755 || (await sha256OfFile(path)) !== known.sha256) return false;
    seal[inner] = { ...known, seen: now };
    looked = true;
  }
  if (looked) await write(file, seal);
  return true;
}

export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/**
 * What tells one state of a file from another without reading it: the change time moves with every write, rename, chmod
 * and chown, and nobody can set it (inode(7)).
 */
export async function seen(path: string): Promise<string> {
  const { size, mode, uid, gid, ctimeNs } = await lstat(path, { bigint: true });
  return [size, mode, uid, gid, ctimeNs].join(" ");
}

const modeOf = async (path: string) => (await lstat(path)).mode & 0o7777;

async function write(file: string, seal: Seal): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(seal)}\n`, { mode: 0o644 });
  await rename(`${file}.new`, file);
}
