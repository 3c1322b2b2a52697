import type { Outcome } from "./outcomes.ts";
import type { Run } from "./run.ts";
import { fetchRelease } from "./steps/fetch.ts";
import { handOver } from "./steps/hand-over.ts";
import { observe } from "./steps/observe.ts";
import { probe } from "./steps/probe.ts";
import { readRelease } from "./steps/read.ts";
import { restartFailing, rollBack } from "./steps/roll-back.ts";
import { type HandedOver, handOverToWanted } from "./steps/runtime.ts";
import { placeSecrets } from "./steps/secrets.ts";
import { settle } from "./steps/settle.ts";
import { requireSpace } from "./steps/space.ts";
import { stage } from "./steps/stage.ts";
import { swap } from "./steps/swap.ts";
import { fetchTools } from "./steps/tools.ts";
import { validate } from "./steps/validate.ts";

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

type Step = ((run: Run) => Promise<void>) | ((run: Run) => Promise<HandedOver | undefined>);

interface Edge {
  readonly step: Step;
  readonly done: State | Outcome;
  readonly failed: State | Outcome;
}

/** Every way through the agent, one line an edge. Up to `swap` a failure leaves the host as it was. */
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
