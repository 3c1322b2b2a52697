import type { Reading } from "./reading.ts";

/** Smaller steps are those of a clock that is being adjusted, or of a look that took long. */
const clockStepMs = 1_000;

/** @returns a negative number of milliseconds when the clock was set back since the last reading, otherwise 0 */
export function setBack(last: Reading, now: Reading): number {
  const step = now.at - last.at - (now.uptime - last.uptime);
  const isRebooted = now.uptime < last.uptime;
  return isRebooted || step > -clockStepMs ? 0 : step;
}

/** Moments by the clock, in milliseconds since 1970. */
interface Moments {
  readonly since: number;
  readonly until: number;
  readonly complete: Reading | undefined;
  readonly windowAt: number | undefined;
  readonly suspicion: { readonly seen: Reading; readonly gap: number } | undefined;
}

/**
 * When the clock was set back, the same moments have smaller numbers from now on, and the watermark follows. A clock that was
 * set ahead leaves it where it is.
 */
export function withClockStep<Watermark extends Moments>(before: Watermark, step: number): Watermark {
  if (step === 0) return before;
  const { since, until, complete, suspicion, windowAt } = before;
  const shifted = (reading: Reading): Reading => ({ ...reading, at: reading.at + step });
  return {
    ...before,
    since: since + step,
    until: until + step,
    complete: complete && shifted(complete),
    windowAt: windowAt === undefined ? undefined : windowAt + step,
    suspicion: suspicion && { ...suspicion, seen: shifted(suspicion.seen) },
  };
}
