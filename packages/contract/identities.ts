import type { Labels } from "./labels.ts";

/** The values by which senders are known, by the label's name. */
export type Identities = ReadonlyMap<string, readonly string[]>;

/**
 * The one pair by which a receiver knows a sender's series: its gate lets nobody but that sender write a pair that is pinned for it, and
 * no two senders have the same pair. It is the first by its name; undefined without labels.
 */
export function identityOf(labels: Labels): readonly [name: string, value: string] | undefined {
  const [name] = Object.keys(labels).toSorted();
  const value = name === undefined ? undefined : labels[name];
  return name === undefined || value === undefined ? undefined : [name, value];
}

/** By which labels the series of senders with pinned labels are known. */
export function identitiesIn(pins: readonly Labels[]): Identities {
  const found = new Map<string, string[]>();
  for (const labels of pins) {
    const identity = identityOf(labels);
    if (identity === undefined) continue;
    const [name, value] = identity;
    found.set(name, [...(found.get(name) ?? []), value]);
  }
  return found;
}

/** A text as RE2 matches it: with a backslash before each of its special characters (Go, regexp.QuoteMeta). */
export const exactly = (text: string): string => text.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&");

/** A regular expression, as PromQL writes a string. */
export const anyOf = (values: readonly string[]): string => JSON.stringify(values.map(exactly).join("|"));
