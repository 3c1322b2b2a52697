import { hostPaths } from "@metrics-link/contract/host-paths.ts";
import { remember } from "../memory.ts";
import { placeLink } from "../place-file.ts";
import { at, driftOf, type Run } from "../run.ts";

/** Puts the staged release into force. From here on there is a way back, and the memory says that it may be needed. */
export async function swap(run: Run): Promise<void> {
  const drifted = driftOf(run);
  if (run.target !== run.memory.lastGood) run.memory.attempting = run.target;
  if (drifted.length > 0) run.memory.drifted = drifted;
  if (run.memory.attempting ?? run.memory.drifted) await remember(run.effects.root, run.memory);
  await pointCurrentAt(run, run.target, drifted.length > 0);
}

/** @param again renames even if the link is right: Envoy reads its certificates anew when it sees the rename */
export async function pointCurrentAt(run: Run, releaseId: string, again: boolean): Promise<void> {
  await placeLink(at(run.effects, hostPaths.current), `releases/${releaseId}`, again);
}
