import type { Outcome } from "../../../scripts/drill/drill.ts";

/** A drill of a minute that passed. */
export const outcome = (more: Partial<Outcome> = {}): Outcome => ({
  name: "receiver-disk-full",
  fault: "the receiver's data volume is full",
  alert: "LinkBehind",
  side: "sender",
  passed: true,
  notes: [],
  production: "for 5m, threshold 120",
  forSeconds: 5,
  secondsToFire: 21.3,
  secondsToRecover: 9.6,
  samples: {
    compared: 40_000,
    missing: 0,
    different: 0,
    unexpected: 0,
    missingBetween: undefined,
    examples: [],
  },
  phases: { began: 1000, broken: 1001, pending: 1016, fired: 1021, healing: 1021, healed: 1022, cleared: 1031 },
  lag: [
    [1001, 2],
    [1010, 11],
    [1012, null],
    [1021, 22],
    [1031, 3],
  ],
  ...more,
});
