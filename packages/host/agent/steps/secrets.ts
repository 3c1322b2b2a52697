import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ReleaseSecret, sha256 } from "@metrics-link/contract/release.ts";
import { Accounts } from "../accounts.ts";
import { willChange } from "../drift.ts";
import { remember } from "../memory.ts";
import { placeFile } from "../place-file.ts";
import { type Run, releaseDirectory, releaseOf } from "../run.ts";

/** Places the secret files, asking only for those that are not on disk as they were placed before. */
export async function placeSecrets(run: Run): Promise<void> {
  const accounts = await Accounts.read(run.effects.root);
  const directory = releaseDirectory(run);
  const before = run.memory.secretHashes[run.subject] ?? {};
  const values = new Map<string, Promise<string>>();
  const value = ({ secretArn, versionId }: ReleaseSecret) => {
    const key = `${secretArn} ${versionId}`;
    const asked = values.get(key) ?? run.effects.getSecret(secretArn, versionId);
    values.set(key, asked);
    return asked;
  };
  const hashes: Record<string, string> = {};
  for (const secret of releaseOf(run).secrets) {
    const { path, mode, owner, group } = secret;
    const file = join(directory, path);
    const onDisk = await readFile(file).catch(() => undefined);
    const content =
      onDisk !== undefined && sha256(onDisk) === before[path] ? onDisk : fieldOf(secret, await value(secret));
    await placeFile(file, content, { mode, owner: accounts.identity(owner, group) }, () => willChange(run, path));
    hashes[path] = sha256(content);
  }
  if (JSON.stringify(hashes) === JSON.stringify(before)) return;
  run.memory.secretHashes = { ...run.memory.secretHashes, [run.subject]: hashes };
  await remember(run.effects.root, run.memory);
}

/** @throws Error that names the secret and the field, never what is in it */
function fieldOf({ secretArn, field }: ReleaseSecret, value: string): string {
  if (field === undefined) return value;
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    // Without its cause: a parser's message quotes what it read.
    throw new Error(`The value of ${secretArn} is not JSON, so it has no field ${field}`);
  }
  const found = (parsed as Record<string, unknown> | null)?.[field];
  if (typeof found === "string") return found;
  throw new Error(`The value of ${secretArn} has no text in the field ${field}`);
}
