import { type Memory, remember } from "./memory.ts";
import type { Run } from "./run.ts";

/** So often within `windowMs` is no accident: somebody, or something, keeps changing it. */
const repeatedly = 3;
const windowMs = 24 * 3_600_000;

/**
 * To be called before anything is repaired or made: after a crash the next run finds it correct, and must still know that
 * a service may have loaded the wrong version.
 *
 * @param affects what a service may have loaded wrong, as `changesByDrift` reads it
 */
export async function willChange(run: Run, what: string, affects: readonly string[] = [what]): Promise<void> {
  run.touched.add(what);
  if (!run.wasInForce) return;
  const { memory, effects } = run;
  memory.drifted = [...new Set([...(memory.drifted ?? []), ...affects])];
  await remember(effects.root, memory);
}

/** What differed from the release in force; a release that is new on this host has not drifted. */
export function driftOf(run: Run): string[] {
  return run.wasInForce ? [...run.touched].sort() : [];
}

/** Records what drifted in this run, and forgets what is older than a day. */
export function recordDrift(run: Run): void {
  const { memory } = run;
  const now = run.effects.now();
  const drifted = driftOf(run);
  memory.driftedTotal += drifted.length;
  for (const what of drifted) memory.driftTimes[what] = [...(memory.driftTimes[what] ?? []), now];
  for (const [what, times] of Object.entries(memory.driftTimes)) {
    const kept = times.filter((time) => now - time < windowMs);
    if (kept.length === 0) delete memory.driftTimes[what];
    else memory.driftTimes[what] = kept;
  }
}

/** What drifted `repeatedly` within a day → how often. */
export function repeatedDrift({ driftTimes }: Memory): Readonly<Record<string, number>> {
  const often = Object.entries(driftTimes).filter(([, times]) => times.length >= repeatedly);
  return Object.fromEntries(often.map(([what, times]) => [what, times.length]));
}
