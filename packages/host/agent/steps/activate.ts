import { readlink } from "node:fs/promises";
import { LinkError } from "@metrics-link/contract";
import { hostPaths } from "@metrics-link/release";
import { driftOf, willChange } from "../drift.ts";
import { flush, placeLink } from "../files.ts";
import { isRelative, keyOf, passingNow } from "../relative-probes.ts";
import { at, type Run, releaseOf } from "../run.ts";
import { bringServicesTo, maySee } from "../services.ts";

/**
 * Records which comparing probes pass before the release comes into force, and that an attempt is under way: after a
 * crash, the next run must know that it may have to roll back.
 */
export async function observe(run: Run): Promise<void> {
  const { memory } = run;
  // During an interrupted attempt, the attempt itself may be why a probe fails.
  const cutShort = memory.held === undefined ? memory.attempt : undefined;
  // Whoever forces a change knows that the link is down.
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

/** Puts the staged release into force with one rename. */
export async function swap(run: Run): Promise<void> {
  const found = await readlink(at(run.effects, hostPaths.current)).catch(() => "");
  // After an interrupted attempt, another target is no drift.
  if (run.wasInForce && run.memory.attempt === undefined && found !== linkTo(run.target)) {
    const other = /^releases\/([0-9a-f]{64})$/.exec(found)?.[1];
    // A service may have been started on the release that it points at.
    if (other !== undefined) for (const served of Object.values(run.memory.serving)) served.push(other);
    await willChange(run, "current");
  }
  if (run.touched.size > 0) await flush(run.effects, at(run.effects, hostPaths.base));
  await pointCurrentAt(run, run.target, driftOf(run).length > 0);
}

/** @param again renames even if the link is right: Envoy reloads its certificates when it sees the rename */
export async function pointCurrentAt(run: Run, releaseId: string, again: boolean): Promise<void> {
  await placeLink(at(run.effects, hostPaths.current), linkTo(releaseId), { again });
}

const linkTo = (releaseId: string) => `releases/${releaseId}`;

/** Brings the services to the release that is now in force, each as gently as its change allows. */
export async function handOver(run: Run): Promise<void> {
  await bringServicesTo(run, { id: run.target, release: releaseOf(run) }, () => !run.force);
}

/** @throws LinkError `CHANGE_PENDING` naming each pending change and what it waits for, when there are any */
export async function settle(run: Run): Promise<void> {
  const pending = [...run.pendingChanges.values()].map(
    ({ unit, action, reason }) => `${action} of ${unit} is pending: ${reason}`,
  );
  if (pending.length > 0) throw new LinkError("CHANGE_PENDING", { what: pending.join("\n") });
}
