import type { HandedOver, Outcome, Run } from "./run.ts";
import { handOver, observe, settle, swap } from "./steps/activate.ts";
import { fetchRelease, fetchTools, handOverToWanted, readRelease, requireSpace } from "./steps/obtain.ts";
import { placeSecrets, stage, validate } from "./steps/stage.ts";
import { probe, restartFailing, rollBack } from "./steps/verify.ts";

export type State =
  | "fetch"
  | "runtime"
  | "read"
  | "space"
  | "tools"
  | "stage"
  | "secrets"
  | "validate"
  | "observe"
  | "swap"
  | "handOver"
  | "probe"
  | "settle"
  | "rollBack"
  | "probeAgain"
  | "restartFailing"
  | "probeLast";

/** One state that a run went through. */
export interface Passage {
  readonly state: State;
  readonly milliseconds: number;
  readonly error?: string;
}

type Step = ((run: Run) => Promise<void>) | ((run: Run) => Promise<HandedOver | undefined>);

interface Edge {
  readonly step: Step;
  readonly done: State | Outcome;
  readonly failed: State | Outcome;
}

/** Every path through the agent, one state a line. Before `swap`, a failure leaves the host as it was. */
export const edges: Readonly<Record<State, Edge>> = {
  fetch: { step: fetchRelease, done: "runtime", failed: "incomplete" },
  runtime: { step: handOverToWanted, done: "read", failed: "incomplete" },
  read: { step: readRelease, done: "space", failed: "refused" },
  space: { step: requireSpace, done: "tools", failed: "incomplete" },
  tools: { step: fetchTools, done: "stage", failed: "incomplete" },
  stage: { step: stage, done: "secrets", failed: "incomplete" },
  secrets: { step: placeSecrets, done: "validate", failed: "incomplete" },
  validate: { step: validate, done: "observe", failed: "refused" },
  observe: { step: observe, done: "swap", failed: "incomplete" },
  swap: { step: swap, done: "handOver", failed: "incomplete" },
  handOver: { step: handOver, done: "probe", failed: "rollBack" },
  probe: { step: probe, done: "settle", failed: "rollBack" },
  settle: { step: settle, done: "converged", failed: "held" },
  rollBack: { step: rollBack, done: "probeAgain", failed: "unhealthy" },
  probeAgain: { step: probe, done: "rolledBack", failed: "restartFailing" },
  restartFailing: { step: restartFailing, done: "probeLast", failed: "unhealthy" },
  probeLast: { step: probe, done: "rolledBack", failed: "unhealthy" },
};

export const firstState: State = "fetch";

export const isState = (state: State | Outcome): state is State => state in edges;
