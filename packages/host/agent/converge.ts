import type { Effects } from "./effects.ts";
import { type Memory, recall, remember } from "./memory.ts";
import type { Outcome } from "./outcomes.ts";
import { prune } from "./prune.ts";
import { type Report, report } from "./report.ts";
import type { HostIdentity, Run, Self } from "./run.ts";
import { edges, firstState, isState, type State } from "./states.ts";
import { adopt, type HandedOver } from "./steps/runtime.ts";

/** What happened in one state. */
export interface Passage {
  readonly state: State;
  readonly milliseconds: number;
  readonly error?: string;
}

/** Brings the host to a release, or leaves it as it was, or puts it back. Never throws for what the host may meet. */
export async function converge(
  target: string,
  context: { readonly identity: HostIdentity; readonly self: Self; readonly effects: Effects },
): Promise<Report | HandedOver> {
  const { effects } = context;
  const memory = await recall(effects.root);
  const run: Run = { ...context, memory, target, subject: target, touched: new Set(), actions: new Map(), failing: [] };
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
  const result = report(run, state, passages, startedAt);
  settle(memory, run, state, result.reasons.join("\n"));
  await remember(effects.root, memory);
  if (state === "converged") {
    await adopt(run);
    await prune(run);
  }
  return { ...result, refused: memory.refused };
}

/** What the next run must know of this one. */
function settle(memory: Memory, { target }: Run, outcome: Outcome, reason: string): void {
  if (outcome === "converged") {
    if (memory.lastGood !== target) {
      memory.previousGood = memory.lastGood;
      // Another release than the refused one got through: that one is history.
      memory.refused = undefined;
    }
    memory.lastGood = target;
    memory.attempting = undefined;
    memory.drifted = undefined;
    return;
  }
  // An unhealthy host may run on a mixture: the attempt stays written down until a run ends well.
  if (outcome === "rolledBack") memory.attempting = undefined;
  const judged = outcome === "refused" || outcome === "rolledBack" || outcome === "unhealthy";
  if (judged && target !== memory.lastGood) memory.refused = { releaseId: target, reason };
}

/** The first cause of an AWS error is often what one needs to know. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
