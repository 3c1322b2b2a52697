import type { Probe } from "@metrics-link/release";
import { failureOf } from "../probes.ts";
import { isRelative, relativeFailure } from "../relative-probes.ts";
import { type Run, releaseOf } from "../run.ts";

/** How often a probe that fails is asked again. */
const intervalMs = 200;

/**
 * Waits until every probe passes.
 * @throws Error with what each failing probe said last, when the deadline is over
 */
export async function probe(run: Run): Promise<void> {
  const { probes, probeDeadlineSeconds } = releaseOf(run);
  const deadline = run.effects.now() + probeDeadlineSeconds * 1000;
  let open = probes;
  for (;;) {
    const results = await Promise.all(open.map(async (one) => ({ one, reason: await reasonOf(run, one) })));
    const failing = results.flatMap(({ one, reason }) => (reason === undefined ? [] : [{ one, reason }]));
    run.failing = failing.map(({ one, reason }) => ({ unit: one.unit, kind: one.kind, reason }));
    if (failing.length === 0) return;
    if (run.effects.now() >= deadline) break;
    open = failing.map(({ one }) => one);
    await run.effects.sleep(intervalMs);
  }
  const reasons = run.failing.map(({ unit, reason }) => `${unit}: ${reason}`);
  throw new Error(`not healthy after ${probeDeadlineSeconds} s: ${reasons.join("; ")}`);
}

/** Asks one probe once; undefined when it passes. A probe that nobody answers fails, with the error's words. */
async function reasonOf(run: Run, one: Probe): Promise<string | undefined> {
  const asked = isRelative(one) ? relativeFailure(run, one) : failureOf(run, one);
  return asked.catch((error: Error) => error.message);
}
