import type { Between } from "@metrics-link/sandbox/cli/samples.ts";
import type { Role } from "@metrics-link/sandbox/cli/stack-files.ts";
import type { Fault } from "@metrics-link/sandbox/testing/faults/fault.ts";
import type { DrilledAlert } from "./settings.ts";

/** A fault and the alert that must fire for it. It must lose no sample. */
export interface Drill {
  readonly name: string;
  /** Description of the fault. */
  readonly fault: string;
  readonly alert: DrilledAlert;
  /** The side whose Prometheus must fire it. */
  readonly side: Role;
  /** Injects and repairs it. Each starts from the state in which the other left the link. */
  readonly breaks: Fault;
  /** How long it lasts at least, in seconds, although the alert fires before: when the length is what is tried. */
  readonly lastsSeconds?: number;
}

/** The state of an alerting rule, as Prometheus' API has it. */
export type AlertState = "inactive" | "pending" | "firing";

export interface Rule {
  readonly state: AlertState;
  /** Time of the last evaluation, in seconds since the epoch. */
  readonly evaluated: number;
  /** The `for` that is in force, in seconds. */
  readonly forSeconds: number;
}

export interface Samples {
  readonly compared: number;
  readonly missing: number;
  readonly different: number;
  readonly unexpected: number;
  /** First and last instant of what is missing, in milliseconds since the epoch. */
  readonly missingBetween: Between | undefined;
  readonly examples: readonly string[];
}

/** When each phase was reached, in seconds since the epoch. */
export type Phase = "began" | "broken" | "pending" | "fired" | "healing" | "healed" | "cleared" | "compared";

/** The outcome of a drill. Phases that were not reached are absent. */
export interface Outcome {
  readonly name: string;
  readonly fault: string;
  readonly alert: string;
  readonly side: Role;
  readonly passed: boolean;
  /** Why it did not pass. */
  readonly notes: readonly string[];
  /** What of the alert was quicker here, as it is in production: "for 5m, threshold 120". */
  readonly production: string;
  /** The `for` that it had here. */
  readonly forSeconds: number | undefined;
  readonly secondsToFire: number | undefined;
  /** From the start of the repair until the alert was clear and the queue empty. */
  readonly secondsToRecover: number | undefined;
  readonly samples: Samples | undefined;
  readonly phases: Readonly<Partial<Record<Phase, number>>>;
  /** How far the receiver was behind at each look: seconds since the epoch, seconds. Null when nobody could say. */
  readonly lag: readonly (readonly [at: number, seconds: number | null])[];
}
