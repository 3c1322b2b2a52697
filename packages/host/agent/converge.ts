import { releaseKeys, releasePointerSchema } from "@metrics-link/release";
import { recordDrift } from "./drift.ts";
import { type Effects, MissingObject } from "./effects.ts";
import { type Memory, recall, remember } from "./memory.ts";
import { prune } from "./releases.ts";
import type { Context, HandedOver, Outcome, Run } from "./run.ts";
import { edges, firstState, isState, type Passage, type State } from "./states.ts";
import { emptyReport, reasonsOf, reportOf, type StatusReport } from "./status-report.ts";
import { adopt } from "./steps/obtain.ts";

/**
 * The timer's run: brings the host to the release that the bucket points at. A release that this host has refused is
 * skipped until another is published or `agent converge` asks for it; meanwhile drift from the last good one is repaired.
 * @throws Error when the bucket cannot be read and no release is in force
 */
export async function timerRun(context: Context): Promise<StatusReport | HandedOver> {
  const { effects, identity } = context;
  const memory = await recall(effects.root);
  const inForce = memory.held?.releaseId ?? memory.lastGood;
  let bucketUnread: string | undefined;
  const pointed = await pointer(effects, identity.host).catch((error: unknown) => {
    // Without the bucket, the host still repairs drift.
    if (inForce === undefined && !(error instanceof MissingObject)) throw error;
    bucketUnread = (error as Error).message;
    console.error(`The pointer to the release cannot be read: ${bucketUnread}`);
    return undefined;
  });
  const leftAlone = pointed === memory.refused?.releaseId && inForce !== undefined;
  const target = pointed === undefined || leftAlone ? inForce : pointed;
  if (target === undefined) return emptyReport(context, memory, "noRelease");
  const found = await converge(target, context);
  return "exitCode" in found ? found : { ...found, bucketUnread, ...(leftAlone ? { leftAlone: pointed } : {}) };
}

async function pointer(effects: Effects, host: string): Promise<string> {
  const text = await effects.getObject(releaseKeys.current(host));
  return releasePointerSchema.parse(JSON.parse(text.toString())).releaseId;
}

/**
 * Brings the host to a release, or leaves it as it was, or rolls it back. Failures of steps end up in the report.
 * @returns the status report; or the exit code of another agent that took over and has reported itself
 */
export async function converge(target: string, context: Context): Promise<StatusReport | HandedOver> {
  const { effects } = context;
  const memory = await recall(effects.root);
  const run: Run = {
    ...context,
    force: context.force ?? false,
    memory,
    target,
    wasInForce: target === memory.lastGood || target === memory.held?.releaseId,
    subject: target,
    touched: new Set(),
    secretContents: new Map(),
    actions: new Map(),
    servedAt: new Map(),
    pendingChanges: new Map(),
    notWaitedFor: new Set(),
    passing: {},
    failing: [],
  };
  const startedAt = effects.now();
  const passages: Passage[] = [];

  let state: State | Outcome = firstState;
  while (isState(state)) {
    const here: State = state;
    const entered = effects.now();
    try {
      const handedOver = await edges[here].step(run);
      if (handedOver) return handedOver;
      passages.push({ state: here, milliseconds: effects.now() - entered });
      state = edges[here].done;
    } catch (error) {
      passages.push({ state: here, milliseconds: effects.now() - entered, error: messageOf(error) });
      state = edges[here].failed;
    }
  }
  recordDrift(run);
  conclude(memory, run, state, reasonsOf(passages).join("\n"));
  await remember(effects.root, memory);
  if (state === "converged" || state === "held") {
    await adopt(run);
    await prune(run);
  }
  return reportOf(run, state, passages, startedAt);
}

/** Records what the next run must know about this one. */
function conclude(memory: Memory, run: Run, outcome: Outcome, reason: string): void {
  const { target } = run;
  switch (outcome) {
    case "converged":
      if (memory.lastGood !== target) {
        memory.previousGood = memory.lastGood;
        memory.lastGoodSince = new Date(run.effects.now()).toISOString();
        // Another release got through, so the refused one no longer matters.
        memory.refused = undefined;
      }
      memory.lastGood = target;
      memory.attempt = undefined;
      memory.held = undefined;
      memory.drifted = undefined;
      return;
    case "held":
      // Not the last good one yet: its pending changes are untested.
      memory.held = { releaseId: target, holds: [...run.pendingChanges.values()] };
      memory.drifted = undefined;
      return;
    case "rolledBack":
      memory.rollBacks += 1;
      memory.attempt = undefined;
      memory.held = undefined;
      break;
    // An unhealthy host may run a mixture of releases: the attempt stays recorded until a run ends well.
    default:
  }
  const judged = outcome === "refused" || outcome === "rolledBack" || outcome === "unhealthy";
  if (judged && target !== memory.lastGood) memory.refused = { releaseId: target, reason };
}

/** Of an AWS error, the cause is often the useful part. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
