/** How a run ends. */
export const outcomes = [
  "converged",
  "held",
  "noRelease",
  "incomplete",
  "refused",
  "rolledBack",
  "unhealthy",
  "failed",
] as const;

export type Outcome = (typeof outcomes)[number];

/** What the caller sees; 75 (EX_TEMPFAIL) is for a run that did not get the lock. */
export const exitCodes: Readonly<Record<Outcome, number>> = {
  converged: 0,
  /** In force and healthy; a part that would drop samples waits, and the timer sees to it. */
  held: 0,
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
  /** The agent itself could not work (EX_SOFTWARE); 1 is left to a Node that did not even get that far. */
  failed: 70,
};
