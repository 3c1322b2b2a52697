import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ChangeAction } from "@metrics-link/release";

export const stateDirectory = "/var/lib/metrics-link-agent";

/** A release on its way into force, from just before the swap until its end is known. */
export interface Attempt {
  readonly releaseId: string;
  /** Of the probes that compare: what passed before this release (`relative-probes.ts`), by the probe's key. */
  readonly passing: Readonly<Record<string, readonly string[]>>;
}

/** A service that waits for its change. */
export interface Hold {
  readonly unit: string;
  readonly action: ChangeAction;
  /** ISO 8601, the first run that held it. */
  readonly since: string;
  readonly reason: string;
  /** Its main process when it was left alone: as long as it is the same, it has not seen the release. */
  readonly mainPid: string;
}

/** What the agent must know after a crash. */
export interface Memory {
  /** The last release that passed its probes with nothing held, since when, and the one before it. */
  lastGood?: string | undefined;
  lastGoodSince?: string | undefined;
  previousGood?: string | undefined;
  attempt?: Attempt | undefined;
  /** The release in force of which a part waits. */
  held?: { readonly releaseId: string; readonly holds: readonly Hold[] } | undefined;
  /** Unit → the releases that it may run on: one when that is known, more on the way or while it waits; absent: any. */
  serving: Record<string, string[]>;
  /** Set before repaired files come into force: a service may still run on what they were. */
  drifted?: readonly string[] | undefined;
  /** What drifted → when, in milliseconds since 1970; of the last day (`drift.ts`). */
  driftTimes: Record<string, readonly number[]>;
  driftedTotal: number;
  rollBacks: number;
  /** The release that could not be run; the timer leaves it alone, a command to converge tries again. */
  refused?: { readonly releaseId: string; readonly reason: string } | undefined;
  /** Release → path → what the file system said of a secret file when it was placed (`seal.ts`). */
  secretSeals: Record<string, Record<string, string>>;
}

const nothingKnown = (): Memory => ({ serving: {}, driftTimes: {}, driftedTotal: 0, rollBacks: 0, secretSeals: {} });

/** An unreadable memory is an empty one: every service is then treated as changed, which is rough but right. */
export async function recall(root: string): Promise<Memory> {
  const file = join(root, stateDirectory, "memory.json");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "{}";
    throw error;
  });
  try {
    return { ...nothingKnown(), ...(JSON.parse(text) as Partial<Memory>) };
  } catch {
    console.error(`${file} is not JSON and is forgotten: ${JSON.stringify(text.slice(0, 80))}`);
    return nothingKnown();
  }
}

export async function remember(root: string, memory: Memory): Promise<void> {
  await writeDurably(join(root, stateDirectory, "memory.json"), `${JSON.stringify(memory, undefined, 2)}\n`, 0o600);
}

/** Replaces a file so that after a power cut it holds the old text or the new one. */
export async function writeDurably(file: string, text: string, mode: number): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const fresh = `${file}.new`;
  const handle = await open(fresh, "w", mode);
  try {
    await handle.writeFile(text);
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, file);
}
