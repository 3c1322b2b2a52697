import { changesBetween } from "../plan.ts";
import { type Run, releaseOf } from "../run.ts";
import { Systemd } from "../systemd.ts";
import { storedRelease } from "./fetch.ts";
import { bringServicesTo } from "./hand-over.ts";
import { pointCurrentAt } from "./swap.ts";

/** Puts the last good release back into force, as gently as the way there was. */
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
  await bringServicesTo(run, good, changes);
}

/**
 * For a service that stays ill on the release that it was well on. Envoy, once started on a certificate that it could
 * not read, never takes up a right one. What a query says is of data and not of a process, and restarting Prometheus
 * while the link is down loses samples: a failing query restarts nothing.
 */
export async function restartFailing(run: Run): Promise<void> {
  const systemd = new Systemd(run.effects);
  const units = run.failing.flatMap(({ unit, kind }) => (kind === "query" ? [] : [unit]));
  for (const unit of new Set(units)) {
    await systemd.bring(unit, "restart");
    run.actions.set(unit, "restart");
  }
}
