import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";

export const stateDirectory = "/var/lib/metrics-link-agent";

/** What the agent must know after a crash. */
export interface Memory {
  /** The last release that passed its probes, and the one before it. */
  lastGood?: string | undefined;
  previousGood?: string | undefined;
  /** Set from just before a swap until its end is known: services may run on a mixture. */
  attempting?: string | undefined;
  /** Set before repaired files come into force: a service may still run on what they were. */
  drifted?: readonly string[] | undefined;
  /** The release that could not be run; the timer leaves it alone, a command to converge tries again. */
  refused?: { readonly releaseId: string; readonly reason: string } | undefined;
  /** Release → path → SHA-256 of a secret file as it was placed: drift is seen without asking for the secret again. */
  secretHashes: Record<string, Record<string, string>>;
}

/** An unreadable memory is an empty one: every service is then treated as changed, which is rough but right. */
export async function recall(root: string): Promise<Memory> {
  const file = join(root, stateDirectory, "memory.json");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "{}";
    throw error;
  });
  try {
    return { secretHashes: {}, ...(JSON.parse(text) as Partial<Memory>) };
  } catch {
    console.error(`${file} is not JSON and is forgotten: ${JSON.stringify(text.slice(0, 80))}`);
    return { secretHashes: {} };
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
