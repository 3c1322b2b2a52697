import { readlink } from "node:fs/promises";
import { hostPaths } from "@metrics-link/release";
import { driftOf, willChange } from "../drift.ts";
import { flush } from "../flush.ts";
import { placeLink } from "../place-file.ts";
import { at, type Run } from "../run.ts";

/** Puts the staged release into force, by one rename. */
export async function swap(run: Run): Promise<void> {
  const found = await readlink(at(run.effects, hostPaths.current)).catch(() => "");
  // After an attempt that was cut short the link may rightly be another one.
  if (run.wasInForce && run.memory.attempt === undefined && found !== linkTo(run.target)) {
    const other = /^releases\/([0-9a-f]{64})$/.exec(found)?.[1];
    // Somebody may have started a service on the release that it points at.
    if (other !== undefined) for (const served of Object.values(run.memory.serving)) served.push(other);
    await willChange(run, "current");
  }
  if (run.touched.size > 0) await flush(run.effects, at(run.effects, hostPaths.base));
  await pointCurrentAt(run, run.target, driftOf(run).length > 0);
}

/** @param again renames even if the link is right: Envoy reads its certificates anew when it sees the rename */
export async function pointCurrentAt(run: Run, releaseId: string, again: boolean): Promise<void> {
  await placeLink(at(run.effects, hostPaths.current), linkTo(releaseId), { again });
}

const linkTo = (releaseId: string) => `releases/${releaseId}`;
