import { changesBetween } from "../plan.ts";
import { type Run, releaseOf } from "../run.ts";
import { storedRelease } from "./fetch.ts";
import { bringServicesTo } from "./hand-over.ts";
import { pointCurrentAt } from "./swap.ts";

/**
 * Puts the last good release back into force. A service that failed its probe is restarted, however gentle its change
 * was: Envoy, once started on a certificate that it could not read, never takes up a right one.
 */
export async function rollBack(run: Run): Promise<void> {
  const { lastGood } = run.memory;
  if (lastGood === undefined) throw new Error("there is no good release to go back to");
  if (lastGood === run.target) throw new Error("this is the last good release itself");
  const good = await storedRelease(run, lastGood);
  if (good === undefined) throw new Error(`the last good release ${lastGood} is not on disk any more`);
  const changes = changesBetween(releaseOf(run), good);
  await pointCurrentAt(run, lastGood, true);
  run.subject = lastGood;
  run.release = good;
  await bringServicesTo(run, good, changes, new Set(run.failing.map(({ unit }) => unit)));
}
