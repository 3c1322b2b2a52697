import { SeriesLabels } from "./labels.ts";
import type { RequestLimits } from "./limits.ts";
import { Points } from "./points.ts";
import type { SenderRules } from "./rules.ts";
import { Reader } from "./wire.ts";

/** What reading one message shares between its parts. */
export interface Walk {
  readonly reader: Reader;
  readonly rules: SenderRules;
  readonly labels: SeriesLabels;
  readonly points: Points;
  readonly limits: RequestLimits;
  /** A number for each series read so far, and more for one whose histogram weighs more. */
  readonly keys: number[];
  /** Where the series under way is, for whoever shows it. */
  series: { readonly start: number; readonly end: number } | undefined;
}

/** @param now milliseconds since 1970 */
export const walkOf = (message: Uint8Array, rules: SenderRules, limits: RequestLimits, now: number): Walk => ({
  reader: new Reader(message),
  rules,
  labels: new SeriesLabels(message, rules, limits),
  points: new Points(limits, now),
  limits,
  keys: [],
  series: undefined,
});

/** Lets the series that was read last count as so many active series more. */
export function weigh(keys: number[], more: number): void {
  const key = keys.at(-1) ?? 0;
  for (let index = 1; index <= more; index += 1) keys.push(key + index);
}
