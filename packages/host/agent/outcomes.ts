/** How a run ends. */
export type Outcome = "converged" | "incomplete" | "refused" | "rolledBack" | "unhealthy" | "noRelease";

/** What the caller sees; 75 (EX_TEMPFAIL) is for a run that did not get the lock. */
export const exitCodes: Readonly<Record<Outcome, number>> = {
  converged: 0,
  /** The timer found nothing to do yet. */
  noRelease: 0,
  /** The release could not be had or written; nothing was changed, and the next run tries again. */
  incomplete: 10,
  /** It was judged and found wrong; nothing was changed. */
  refused: 11,
  /** It was in force, was not healthy, and is not in force any more. */
  rolledBack: 12,
  /** What is in force is not healthy, and there is nothing better to go back to. */
  unhealthy: 13,
};
