import { isRelative, keyOf, passingNow } from "../relative-probes.ts";
import { type Run, releaseOf } from "../run.ts";
import { maySee } from "../services.ts";

/**
 * Sees what passes before the release comes into force, and writes down that it is about to: from the swap on there is a
 * way back, and whoever comes after a crash must know that it may be needed.
 */
export async function observe(run: Run): Promise<void> {
  const { memory } = run;
  // What is seen in the middle of an attempt that was cut short may be its doing.
  const cutShort = memory.held === undefined ? memory.attempt : undefined;
  // Who forces a change knows that the link is down.
  run.passing = run.force ? {} : (cutShort?.passing ?? (await passing(run)));
  if (run.wasInForce) return;
  memory.attempt = { releaseId: run.target, passing: run.passing };
  await maySee(run, run.target, releaseOf(run));
}

async function passing(run: Run): Promise<Run["passing"]> {
  const probes = releaseOf(run).probes.filter(isRelative);
  return Object.fromEntries(
    await Promise.all(probes.map(async (probe) => [keyOf(probe), await passingNow(run, probe)] as const)),
  );
}
