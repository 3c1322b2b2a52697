import { join } from "node:path";
import type { ReleaseSecret } from "@metrics-link/release";
import { remember } from "../../common/memory.ts";
import { Accounts } from "../accounts.ts";
import { willChange } from "../drift.ts";
import { replaceFile } from "../place-file.ts";
import { type Run, releaseDirectory, releaseOf } from "../run.ts";
import { seen } from "../seal.ts";

/**
 * Places the secret files. Those of the release in force that are on disk as they were placed are left alone, and nobody
 * is asked for them; what they hold the agent cannot read again, so all others are fetched.
 */
export async function placeSecrets(run: Run): Promise<void> {
  const { memory, effects } = run;
  const accounts = await Accounts.read(effects.root);
  const directory = releaseDirectory(run);
  const seals = run.wasInForce ? { ...memory.secretSeals[run.subject] } : {};
  const values = new Map<string, Promise<string>>();
  const value = ({ secretArn, versionId }: ReleaseSecret) => {
    const key = `${secretArn} ${versionId}`;
    const asked = values.get(key) ?? effects.getSecret(secretArn, versionId);
    values.set(key, asked);
    return asked;
  };
  for (const secret of releaseOf(run).secrets) {
    const { path, mode, owner, group } = secret;
    const file = join(directory, path);
    if (seals[path] !== undefined && (await seen(file).catch(() => undefined)) === seals[path]) continue;
    const content = fieldOf(secret, await value(secret));
    await willChange(run, path);
    await replaceFile(file, content, { mode, owner: accounts.identity(owner, group) });
    run.secretContents.set(path, content);
    seals[path] = await seen(file);
  }
  if (JSON.stringify(seals) === JSON.stringify(memory.secretSeals[run.subject])) return;
  memory.secretSeals = { ...memory.secretSeals, [run.subject]: seals };
  await remember(effects.root, memory);
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
