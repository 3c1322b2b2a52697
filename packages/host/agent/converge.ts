import { type Memory, recall, remember } from "../common/memory.ts";
import { recordDrift } from "./drift.ts";
import type { Effects } from "./effects.ts";
import type { Outcome } from "./outcomes.ts";
import { prune } from "./prune.ts";
import { type Report, reasonsOf, report } from "./report.ts";
import type { HostIdentity, Run, Self } from "./run.ts";
import { edges, firstState, isState, type State } from "./states.ts";
import { adopt, type HandedOver } from "./steps/runtime.ts";

/** What happened in one state. */
export interface Passage {
  readonly state: State;
  readonly milliseconds: number;
  readonly error?: string;
}

export interface Context {
  readonly identity: HostIdentity;
  readonly self: Self;
  readonly effects: Effects;
  /** Changes what would otherwise wait until the backlog is sent. */
  readonly force?: boolean;
}

/** Brings the host to a release, or leaves it as it was, or puts it back. Never throws for what the host may meet. */
export async function converge(target: string, context: Context): Promise<Report | HandedOver> {
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
    holds: new Map(),
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
  return report(run, state, passages, startedAt);
}

/** What the next run must know of this one. */
function conclude(memory: Memory, run: Run, outcome: Outcome, reason: string): void {
  const { target } = run;
  switch (outcome) {
    case "converged":
      if (memory.lastGood !== target) {
        memory.previousGood = memory.lastGood;
        memory.lastGoodSince = new Date(run.effects.now()).toISOString();
        // Another release than the refused one got through: that one is history.
        memory.refused = undefined;
      }
      memory.lastGood = target;
      memory.attempt = undefined;
      memory.held = undefined;
      memory.drifted = undefined;
      return;
    case "held":
      // Not the last good one yet: what waits has not been tried.
      memory.held = { releaseId: target, holds: [...run.holds.values()] };
      memory.drifted = undefined;
      return;
    case "rolledBack":
      memory.rollBacks += 1;
      memory.attempt = undefined;
      memory.held = undefined;
      break;
    // An unhealthy host may run on a mixture: the attempt stays written down until a run ends well.
    default:
  }
  const judged = outcome === "refused" || outcome === "rolledBack" || outcome === "unhealthy";
  if (judged && target !== memory.lastGood) memory.refused = { releaseId: target, reason };
}

/** The first cause of an AWS error is often what one needs to know. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
