import { noteDisturbance, type Run } from "../run.ts";
import { bringServicesTo, maySee } from "../services.ts";
import { Systemd } from "../systemd.ts";
import { storedRelease } from "./fetch.ts";
import { pointCurrentAt } from "./swap.ts";

/**
 * Puts the last good release back into force, as gently as the way there was. What this run did to a service it undoes at
 * once: its queue is as old as the attempt. What it did not touch may have a backlog, and that may wait.
 */
export async function rollBack(run: Run): Promise<void> {
  const { lastGood } = run.memory;
  if (lastGood === undefined) throw new Error("there is no good release to go back to");
  if (lastGood === run.target) throw new Error("this is the last good release itself");
  const good = await storedRelease(run.effects, lastGood);
  if (good === undefined) throw new Error(`the last good release ${lastGood} is not on disk any more`);
  await maySee(run, lastGood, good);
  await pointCurrentAt(run, lastGood, true);
  run.subject = lastGood;
  run.release = good;
  const undone = new Set(run.actions.keys());
  await bringServicesTo(run, { id: lastGood, release: good }, (unit) => !undone.has(unit));
}

/**
 * For a service that stays ill on the release that it was well on. Envoy, once started on a certificate that it could
 * not read, never takes up a right one. What a query says, or a target, is of data and not of a process, and restarting
 * Prometheus while the link is down loses samples: these restart nothing.
 */
export async function restartFailing(run: Run): Promise<void> {
  const systemd = new Systemd(run.effects);
  const units = run.failing.flatMap(({ unit, kind }) => (kind === "query" || kind === "scrapes" ? [] : [unit]));
  for (const unit of new Set(units)) {
    await systemd.bring(unit, "restart", true);
    run.actions.set(unit, "restart");
    noteDisturbance(run);
  }
}
