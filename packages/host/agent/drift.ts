import { type Memory, remember } from "../common/memory.ts";
import type { Run } from "./run.ts";

/** So often within `windowMs` it is no accident: somebody, or something, changes it again and again. */
const repeatedly = 3;
const windowMs = 24 * 3_600_000;

/**
 * To be called before something is put right, or made: after a crash the next run finds it right, and must know all the
 * same that a service may have seen it wrong.
 *
 * @param affects what of the release may have been seen wrong, as `changesByDrift` reads it
 */
export async function willChange(run: Run, what: string, affects: readonly string[] = [what]): Promise<void> {
  run.touched.add(what);
  if (!run.wasInForce) return;
  const { memory, effects } = run;
  memory.drifted = [...new Set([...(memory.drifted ?? []), ...affects])];
  await remember(effects.root, memory);
}

/** What was not as the release in force says; a release that is new on this host has not drifted. */
export function driftOf(run: Run): string[] {
  return run.wasInForce ? [...run.touched].sort() : [];
}

/** Writes down what drifted in this run, and forgets what is older than a day. */
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
