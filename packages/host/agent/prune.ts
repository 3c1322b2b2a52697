import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { hostPaths, type Release } from "@metrics-link/release";
import { remember } from "../common/memory.ts";
import { at, type Run } from "./run.ts";
import { sealOf } from "./seal.ts";
import { storedRelease } from "./steps/fetch.ts";

/**
 * Removes what is needed neither by the release in force, nor by the one before it, nor by a service that still waits on an
 * older one: releases, tools and agents.
 */
export async function prune(run: Run): Promise<void> {
  const { memory, effects } = run;
  const { lastGood, previousGood, held, serving } = memory;
  const wanted = [lastGood, previousGood, held?.releaseId, ...Object.values(serving).flat()];
  const ids = [...new Set(wanted.flatMap((id) => id ?? []))];
  const stored = await Promise.all(ids.map((id) => storedRelease(run.effects, id)));
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
      used.flatMap(({ sha256 }) => [sha256, sealOf(sha256)]),
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
