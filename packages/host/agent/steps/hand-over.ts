import type { Release } from "@metrics-link/contract/release.ts";
import { actionFor, type Changes, changesBetween, union } from "../plan.ts";
import { type Run, releaseOf } from "../run.ts";
import { Systemd } from "../systemd.ts";
import { storedRelease } from "./fetch.ts";

/** Makes the services run on the release that is now in force, each as gently as its change allows. */
export async function handOver(run: Run): Promise<void> {
  await bringServicesTo(run, releaseOf(run), await changesSinceGood(run));
}

/**
 * What the running services may not know yet: what differs from the last good release, from an attempt that was cut
 * short, and what drifted.
 */
export async function changesSinceGood(run: Run): Promise<Changes> {
  const { lastGood, attempting } = run.memory;
  const target = releaseOf(run);
  const before = lastGood === undefined ? undefined : await storedRelease(run, lastGood);
  const interrupted =
    attempting === undefined || attempting === run.target ? [] : [await storedRelease(run, attempting)];
  return union(changesBetween(before, target), ...interrupted.map((release) => changesBetween(release, target)), {
    paths: new Set(run.memory.drifted ?? []),
    tools: new Set(),
  });
}

export async function bringServicesTo(run: Run, release: Release, changes: Changes): Promise<void> {
  const systemd = new Systemd(run.effects);
  await systemd.install(release.files);
  for (const service of release.services) {
    const done = await systemd.bring(service.unit, actionFor(service, changes));
    if (done !== undefined) run.actions.set(service.unit, done);
  }
}
