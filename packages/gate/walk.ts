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
  /** A number for each series read so far. */
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
