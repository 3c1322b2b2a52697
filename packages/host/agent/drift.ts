import type { Memory } from "./memory.ts";
import type { Run } from "./run.ts";

/** So often within `windowMs` it is no accident: somebody, or something, changes it again and again. */
const repeatedly = 3;
const windowMs = 24 * 3_600_000;

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
