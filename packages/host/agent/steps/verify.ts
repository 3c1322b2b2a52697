import { LinkError, printableLines } from "@metrics-link/contract";
import { failureOf } from "../probes.ts";
import { storedRelease } from "../releases.ts";
import { noteDisturbance, type Run, releaseOf } from "../run.ts";
import { bringServicesTo, maySee } from "../services.ts";
import { Systemd } from "../systemd.ts";
import { pointCurrentAt } from "./activate.ts";

/** The pause before failing probes are repeated. */
const intervalMs = 200;

/**
 * Waits until every probe passes.
 * @throws LinkError `HOST_UNHEALTHY` with the last result of each failing probe, when the deadline is over
 */
export async function probe(run: Run): Promise<void> {
  const { probes, probeDeadlineSeconds } = releaseOf(run);
  const deadline = run.effects.now() + probeDeadlineSeconds * 1000;
  // What still runs on an older configuration says nothing of the release's jobs.
  const isOlder = ({ kind, unit }: (typeof probes)[number]) => {
    const pending = run.pendingChanges.get(unit);
    return kind === "scrapes" && pending !== undefined && !pending.reloaded;
  };
  let open = probes.filter((one) => !isOlder(one));
  for (;;) {
    const results = await Promise.all(open.map(async (one) => ({ one, reason: await failureOf(run, one) })));
    const failing = results.flatMap(({ one, reason }) => (reason === undefined ? [] : [{ one, reason }]));
    run.failing = failing.map(({ one, reason }) => ({ unit: one.unit, kind: one.kind, reason }));
    if (failing.length === 0) return;
    if (run.effects.now() >= deadline) break;
    open = failing.map(({ one }) => one);
    await run.effects.sleep(intervalMs);
  }
  const reasons = run.failing.map(({ unit, reason }) => `${unit}: ${reason}`);
  throw new LinkError("HOST_UNHEALTHY", {
    what: printableLines(`not healthy after ${probeDeadlineSeconds} s: ${reasons.join("; ")}`),
  });
}

const cannotRollBack = (what: string) => new LinkError("ROLLBACK_IMPOSSIBLE", { what });

/**
 * Puts the last good release back into force. Services that this run changed are changed back at once: their queues are
 * as old as the attempt. The others may have a backlog, so their changes may stay pending.
 * @throws LinkError `ROLLBACK_IMPOSSIBLE`
 */
export async function rollBack(run: Run): Promise<void> {
  const { lastGood } = run.memory;
  if (lastGood === undefined) throw cannotRollBack("there is no good release to roll back to");
  if (lastGood === run.target) throw cannotRollBack("this is the last good release already");
  const good = await storedRelease(run.effects, lastGood);
  if (good === undefined) throw cannotRollBack(`the last good release ${lastGood} is not on disk any more`);
  await maySee(run, lastGood, good);
  await pointCurrentAt(run, lastGood, true);
  run.subject = lastGood;
  run.release = good;
  const undone = new Set(run.actions.keys());
  await bringServicesTo(run, { id: lastGood, release: good }, (unit) => !undone.has(unit));
}

/**
 * Restarts services that stay unhealthy on a release on which they were healthy. Envoy, once started on a certificate that
 * it cannot read, never loads a valid one. Queries and targets tell about data, not a process, and restarting Prometheus
 * while the link is down loses samples: those probes restart nothing.
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
