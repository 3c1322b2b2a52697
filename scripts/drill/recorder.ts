import type { Drill, Outcome, Phase, Samples } from "./drill.ts";
import { inProduction } from "./settings.ts";

/** The outcome of a drill so far. */
export class Recorder {
  readonly phases: Partial<Record<Phase, number>> = {};
  readonly lag: [at: number, seconds: number | null][] = [];
  readonly #drill: Drill;
  readonly #now: () => number;
  readonly #notes: string[] = [];
  forSeconds: number | undefined;
  samples: Samples | undefined;

  /** @param now the drill's clock, in seconds since the epoch */
  constructor(drill: Drill, now: () => number) {
    this.#drill = drill;
    this.#now = now;
  }

  /** Remembers when a phase was reached first. @returns when that was */
  mark(phase: Phase): number {
    const at = this.phases[phase] ?? this.#now();
    this.phases[phase] = at;
    return at;
  }

  /** Notes why the drill does not pass. */
  fail(note: string): this {
    this.#notes.push(note);
    return this;
  }

  outcome(): Outcome {
    const { name, fault, alert, side } = this.#drill;
    const { began, fired, healing, cleared } = this.phases;
    return {
      name,
      fault,
      alert,
      side,
      passed: this.#notes.length === 0,
      notes: this.#notes,
      production: inProduction(alert),
      forSeconds: this.forSeconds,
      secondsToFire: between(began, fired),
      secondsToRecover: between(healing, cleared),
      samples: this.samples,
      phases: this.phases,
      lag: this.lag,
    };
  }
}

const between = (from: number | undefined, to: number | undefined) =>
  from === undefined || to === undefined ? undefined : Math.round((to - from) * 10) / 10;
