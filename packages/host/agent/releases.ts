import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { hostPaths, parseRelease, type Release, sha256 } from "@metrics-link/release";
import type { Effects } from "./effects.ts";
import { remember } from "./memory.ts";
import { at, type Run } from "./run.ts";
import { sealOf } from "./tools.ts";

/** The file of a release's directory that holds the release document. */
export const releaseFile = "release.json";

/** A release that is on this host's disk; undefined when it is not, or its text does not match its id. */
export async function storedRelease(effects: Pick<Effects, "root">, releaseId: string): Promise<Release | undefined> {
  const text = await storedText(effects, releaseId);
  return text === undefined ? undefined : releaseIn(releaseId, () => JSON.parse(text.toString()));
}

/**
 * The releases that this process has parsed, by their ids, which are the hashes of their texts: a run needs the one in force three times,
 * and at 1,000 senders that takes a good part of a second.
 */
const parsed = new Map<string, Release>();
/** The one in force, the one before it, and one for each of them that a pending change keeps. */
const mostParsed = 4;

/**
 * @param releaseId the SHA-256 of the release's text, as its caller has verified it
 * @param read parses that text as JSON
 * @throws InvalidInputError
 */
export function releaseIn(releaseId: string, read: () => unknown): Release {
  const before = parsed.get(releaseId);
  if (before !== undefined) return before;
  const release = parseRelease(read());
  if (parsed.size >= mostParsed) parsed.clear();
  parsed.set(releaseId, release);
  return release;
}

/** The document of such a release. */
export async function storedText(effects: Pick<Effects, "root">, releaseId: string): Promise<Buffer | undefined> {
  const text = await readFile(at(effects, hostPaths.releases, releaseId, releaseFile)).catch(() => undefined);
  return text !== undefined && sha256(text) === releaseId ? text : undefined;
}

/**
 * Removes releases, tools and agents that neither the release in force, nor the one before it, nor a service with a
 * pending change needs.
 */
export async function prune(run: Run): Promise<void> {
  const { memory, effects } = run;
  const { lastGood, previousGood, held, serving } = memory;
  const wanted = [lastGood, previousGood, held?.releaseId, ...Object.values(serving).flat()];
  const ids = [...new Set(wanted.flatMap((id) => id ?? []))];
  const stored = await Promise.all(ids.map((id) => (id === run.subject ? run.release : storedRelease(effects, id))));
  const releases = stored.filter((release): release is Release => release !== undefined);
  await keepOnly(at(effects, hostPaths.releases), ids);
  await keepOnly(
    at(effects, hostPaths.base, "agent"),
    releases.map(({ agent }) => `${agent.sha256}.mjs`),
  );
  for (const name of await readdir(at(effects, hostPaths.tools))) {
    const used = releases.flatMap(({ tools }) => tools.filter((tool) => tool.name === name));
    await keepOnly(
      at(effects, hostPaths.tools, name),
      used.flatMap((tool) => [tool.sha256, sealOf(tool.sha256)]),
    );
  }
  const forgotten = Object.keys(memory.secretSeals).filter((id) => !ids.includes(id));
  if (forgotten.length === 0) return;
  for (const id of forgotten) delete memory.secretSeals[id];
  await remember(effects.root, memory);
}

async function keepOnly(directory: string, names: readonly string[]): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!names.includes(name)) await rm(join(directory, name), { recursive: true, force: true });
  }
}
