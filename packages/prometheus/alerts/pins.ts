import type { Labels } from "../configuration.ts";
import { exactly } from "../identity.ts";

/** The values by which senders are known, by the label's name. */
type Identities = ReadonlyMap<string, readonly string[]>;

/**
 * By which label series at a receiver are known as one sender's. Its gate lets nobody but that sender write a pair that is pinned for it,
 * and no two senders have the same pair, so one pair is enough: the first by its name.
 */
function identitiesIn(pins: readonly Labels[]): Identities {
  const found = new Map<string, string[]>();
  for (const labels of pins) {
    const [name] = Object.keys(labels).toSorted();
    const value = name === undefined ? undefined : labels[name];
    if (name !== undefined && value !== undefined) found.set(name, [...(found.get(name) ?? []), value]);
  }
  return found;
}

/** A regular expression, as PromQL writes a string. */
export const anyOf = (values: readonly string[]): string => JSON.stringify(values.map(exactly).join("|"));

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
