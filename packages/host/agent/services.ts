import type { ChangeAction, Release, ReleaseService } from "@metrics-link/release";
import { willChange } from "./drift.ts";
import { remember } from "./memory.ts";
import { actionFor, type Changes, changesBetween, changesByDrift, union, unitFile } from "./plan.ts";
import { isStuck, queueAtStake, unsent } from "./queue.ts";
import { storedRelease } from "./releases.ts";
import { noteDisturbance, type Run } from "./run.ts";
import { Systemd } from "./systemd.ts";

/**
 * Records, before a release comes into force, that every service may run on it: systemd restarts a crashed service even
 * if its change should still be pending.
 */
export async function maySee({ memory, effects }: Run, id: string, { services }: Release): Promise<void> {
  for (const { unit } of services) {
    const known = memory.serving[unit];
    if (known !== undefined && !known.includes(id)) memory.serving[unit] = [...known, id];
  }
  await remember(effects.root, memory);
}

/**
 * Brings every service to a release, each as gently as its change allows. The memory has the releases that a service may
 * run on: one when known, several during a change or while one is pending, none after the memory was lost.
 *
 * @param mayWait whether a change that would drop a service's backlog stays pending instead
 */
export async function bringServicesTo(
  run: Run,
  { id, release }: { readonly id: string; readonly release: Release },
  mayWait: (unit: string) => boolean,
): Promise<void> {
  const { memory } = run;
  const systemd = new Systemd(run.effects);
  const units = release.services.map(({ unit }) => unit);
  const isKnown = units.every((unit) => runsOnlyOn(memory.serving[unit], id)) && run.touched.size === 0;
  await systemd.install(release.files, {
    reload: !isKnown,
    before: ({ path, units: affected }) => willChange(run, path, affected.map(unitFile)),
  });
  const active = await systemd.active(units);
  const drifted = changesByDrift(release, memory.drifted ?? []);
  // Usually every service runs on this release: do not read it from disk once for each.
  const releaseOf = async (one: string) => (one === id ? release : storedRelease(run.effects, one));

  for (const service of release.services) {
    const { unit } = service;
    const known = await knownToServe(run, systemd, unit);
    const served = known === undefined ? [undefined] : await Promise.all(known.map(releaseOf));
    const runs = active.has(unit);
    // Nothing to wait for: a queue that cannot read the WAL has sent all that it will ever send.
    const stuck = runs && service.queue !== undefined && (await isStuck(run.effects, service.queue));
    const changes = union(drifted, ...served.map((one) => changesBetween(one, release)));
    const action = stuck ? "restart" : actionFor(service, changes);
    if (runs && !stuck && mayWait(unit) && (await mustStayPending(run, systemd, service, action, served))) {
      await reloadMeanwhile(run, systemd, service, changes, served);
      continue;
    }
    if (!runs) run.touched.add(`${unit} (did not run)`);
    if (stuck) run.touched.add(`${unit} (could not read its WAL)`);
    const before = run.effects.now();
    const done = await systemd.bring(unit, action, runs);
    if (done !== undefined) run.actions.set(unit, done);
    if (done !== undefined && done !== "nothing") run.servedAt.set(unit, before);
    if (done === "restart" || done === "start" || queueAtStake(service, done, served)) noteDisturbance(run);
    if (runsOnlyOn(known, id)) continue;
    memory.serving[unit] = [id];
    await remember(run.effects.root, memory);
  }
  for (const unit of Object.keys(memory.serving)) if (!units.includes(unit)) delete memory.serving[unit];
}

const runsOnlyOn = (known: readonly string[] | undefined, id: string) => known?.length === 1 && known[0] === id;

/** A process that kept its old release, and is still the same process without a reload, has not seen the new one. */
async function knownToServe({ memory }: Run, systemd: Systemd, unit: string): Promise<string[] | undefined> {
  const known = memory.serving[unit];
  const pending = memory.held?.holds.find((one) => one.unit === unit);
  if (known === undefined || pending === undefined || pending.reloaded) return known;
  if ((await systemd.mainPid(unit)) !== pending.mainPid) return known;
  return known.filter((one) => one !== memory.held?.releaseId);
}

async function mustStayPending(
  run: Run,
  systemd: Systemd,
  service: ReleaseService,
  action: ChangeAction | undefined,
  served: readonly (Release | undefined)[],
): Promise<boolean> {
  const { unit } = service;
  const queue = queueAtStake(service, action, served);
  const reason = queue && (await unsent(run.effects, queue));
  if (reason === undefined || action === undefined) return false;
  const before = heldBefore(run, unit);
  const since = before?.since ?? new Date(run.effects.now()).toISOString();
  const mainPid = await systemd.mainPid(unit);
  const reloaded = before?.reloaded && before.mainPid === mainPid ? { reloaded: before.reloaded } : {};
  run.pendingChanges.set(unit, { unit, action, since, reason, mainPid, ...reloaded });
  return true;
}

/** How an earlier run held the same change. */
const heldBefore = ({ memory: { held }, target, subject }: Run, unit: string) =>
  held?.releaseId === target && subject === target ? held.holds.find((one) => one.unit === unit) : undefined;

/**
 * While a restart is pending, the service runs on the configuration that it has read, whose files are gone with the release before: a job
 * that names a secret would fail until the restart, in an outage for hours. So what a reload can bring comes into force at once, unless
 * it would drop the queue, or the program is another.
 */
async function reloadMeanwhile(
  run: Run,
  systemd: Systemd,
  service: ReleaseService,
  changes: Changes,
  served: readonly (Release | undefined)[],
): Promise<void> {
  const { unit } = service;
  const held = run.pendingChanges.get(unit);
  if (held === undefined || held.reloaded || queueAtStake(service, "reload", served)) return;
  const isSame = actionFor(service, { paths: new Set(), tools: changes.tools }) === undefined;
  const paths = new Set([...changes.paths].filter((path) => path !== unitFile(unit)));
  if (!isSame || actionFor(service, { paths, tools: new Set() }) !== "reload") return;
  await systemd.bring(unit, "reload", true);
  run.pendingChanges.set(unit, { ...held, reloaded: true });
}
