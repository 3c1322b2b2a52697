import { anyOf, identitiesIn } from "@metrics-link/contract";
import type { Labels } from "../configuration.ts";

/**
 * The newest value of each sender that has pinned labels, one series a sender with the label by which it is known. No sender can add
 * to what is seen of another, and of its own it has one series, whatever labels it writes besides.
 * @param newest of a selector with these further matchers
 */
export const newestOfPinned = (pins: readonly Labels[], newest: (matchers: string) => string): readonly string[] =>
  [...identitiesIn(pins)].map(([name, values]) => `max by (${name}) (${newest(`,${name}=~${anyOf(values)}`)})`);

/** Matchers, each with a comma in front, of series that are of no sender with pinned labels. */
export const ofNoPinned = (pins: readonly Labels[]): string =>
  [...identitiesIn(pins)].map(([name, values]) => `,${name}!~${anyOf(values)}`).join("");
