import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseJson } from "@metrics-link/contract";
import { changeActions } from "@metrics-link/release";
import { z } from "zod";
import { writeDurably } from "../common/files.ts";

export const stateDirectory = "/var/lib/metrics-link-agent";

const releaseIds = z.array(z.string());

/** A release on its way into force, from just before the swap until its outcome is known. */
const attempt = z.object({
  releaseId: z.string(),
  /** Probe key → what passed before this release, for the probes that compare (`probes.ts`). */
  passing: z.record(z.string(), z.array(z.string()).readonly()).readonly(),
});

const pendingChange = z.object({
  unit: z.string(),
  action: z.enum(changeActions),
  /** ISO 8601: the first run in which it was pending. */
  since: z.string(),
  reason: z.string(),
  /** The unit's main process at that time: while it is the same, it has not seen the release. */
  mainPid: z.string(),
  /** Whether it runs on the release's files all the same, by a reload that kept its queue. */
  reloaded: z.literal(true).optional(),
});

/** Keys that another version of the agent wrote are kept. */
const schema = z.looseObject({
  /** The last release that passed its probes with no change pending, since when, and the one before it. */
  lastGood: z.string().optional(),
  lastGoodSince: z.string().optional(),
  previousGood: z.string().optional(),
  attempt: attempt.readonly().optional(),
  /** The release in force that has pending changes. */
  held: z
    .object({ releaseId: z.string(), holds: z.array(pendingChange.readonly()).readonly() })
    .readonly()
    .optional(),
  /** Unit → the releases that it may run on: one when known, several during a change or while one is pending; absent: any. */
  serving: z.record(z.string(), releaseIds).default({}),
  /** Written before repaired files come into force: a service may still run on the old ones. */
  drifted: z.array(z.string()).readonly().optional(),
  /** What drifted → when, in milliseconds since 1970, within the last day (`drift.ts`). */
  driftTimes: z.record(z.string(), z.array(z.number()).readonly()).default({}),
  driftedTotal: z.number().default(0),
  rollBacks: z.number().default(0),
  /** The release that could not be run. The timer skips it; `agent converge` tries it again. */
  refused: z.object({ releaseId: z.string(), reason: z.string() }).readonly().optional(),
  /** Release → path → the file system's stamp of a secret file when it was placed (`stampOf`). */
  secretSeals: z.record(z.string(), z.record(z.string(), z.string())).default({}),
});

/** What the agent must remember across crashes: `memory.json`. */
export type Memory = z.output<typeof schema>;
export type Attempt = z.output<typeof attempt>;

/** A service's change that waits, because making it now would drop samples that are not sent yet. */
export type PendingChange = Readonly<z.output<typeof pendingChange>>;

/** An unreadable memory counts as an empty one: every service is then treated as changed, which is rough but safe. */
export async function recall(root: string): Promise<Memory> {
  const file = join(root, stateDirectory, "memory.json");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "{}";
    throw error;
  });
  try {
    return parseJson(schema, text, file);
  } catch (error) {
    console.error(`${(error as Error).message}; starting with an empty memory`);
    return schema.parse({});
  }
}

export async function remember(root: string, memory: Memory): Promise<void> {
  await writeDurably(join(root, stateDirectory, "memory.json"), `${JSON.stringify(memory, undefined, 2)}\n`, 0o600);
}
