/** Differences between two sets of inputs, by their schema. */
import { isDeepStrictEqual } from "node:util";
import { isInternal } from "./check.ts";
import { type Path, pathText } from "./paths.ts";
import type { Kind, Properties, Property } from "./schema.ts";
import { Archive, Asset, hasUnknown, isObject, UNKNOWN, type Value, type Values } from "./values.ts";

export interface Change {
  readonly kind: "add" | "delete" | "update";
  /** The change can only be made by making a new resource. */
  readonly replace: boolean;
  /** The values are those of inputs (the rule); false for a change between an old output and a new one. */
  readonly input: boolean;
}

/** Changes by property path, e.g. `ingress[0].toPort`. */
export type Changes = Map<string, Change>;

/** What must change to come from the old inputs to the new ones. An unknown new value always counts as a change. */
export function diffValues(olds: Values, news: Values, schema: Properties): Changes {
  const changes: Changes = new Map();
  diffMembers(olds, news, (name) => schema[name], false, [], changes);
  return changes;
}

function diffMembers(
  olds: Values,
  news: Values,
  propertyOf: (name: string) => Property | undefined,
  replace: boolean,
  path: Path,
  changes: Changes,
): void {
  for (const name of new Set([...Object.keys(olds), ...Object.keys(news)])) {
    if (path.length === 0 && isInternal(name)) continue;
    const property = propertyOf(name);
    diffValue(olds[name], news[name], property, replace, [...path, name], changes);
  }
}

function diffValue(
  old: Value | undefined,
  now: Value | undefined,
  property: Property | undefined,
  parentReplaces: boolean,
  path: Path,
  changes: Changes,
): void {
  const replace = parentReplaces || property?.options.replaceOnChange === true;
  const note = (kind: Change["kind"]) => changes.set(pathText(path), { kind, replace, input: true });
  if (isAbsent(old) && isAbsent(now)) return;
  if (old === undefined) {
    note("add");
  } else if (now === undefined) {
    note("delete");
  } else if (isObject(old) && isObject(now)) {
    const kind = property?.kind;
    diffMembers(old, now, (name) => memberOf(kind, name), replace, path, changes);
  } else if (Array.isArray(old) && Array.isArray(now) && property?.kind.type !== "set") {
    const item = property?.kind.type === "list" ? property.kind.item : undefined;
    for (let index = 0; index < Math.max(old.length, now.length); index++) {
      diffValue(old[index], now[index], item, replace, [...path, index], changes);
    }
  } else if (!sameValue(old, now, property?.kind)) {
    note("update");
  }
}

function memberOf(kind: Kind | undefined, name: string): Property | undefined {
  if (kind?.type === "object") return kind.properties[name];
  return kind?.type === "map" ? kind.item : undefined;
}

/** An empty list or object says no more than none at all: providers read one where a program gave the other. */
function isAbsent(value: Value | undefined): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === undefined || (isObject(value) && Object.keys(value).length === 0);
}

/** Equal by the kind's own measure: assets by hash, JSON by meaning, sets without regard to order. */
function sameValue(old: Value, now: Value, kind: Kind | undefined): boolean {
  if (hasUnknown(now) || old === UNKNOWN) return false;
  if (old instanceof Asset && now instanceof Asset) return old.hash === now.hash;
  if (old instanceof Archive && now instanceof Archive) return old.hash === now.hash;
  if (kind?.type === "json" && typeof old === "string" && typeof now === "string") return sameJson(old, now);
  if (Array.isArray(old) && Array.isArray(now)) {
    return old.length === now.length && isDeepStrictEqual(sorted(old), sorted(now));
  }
  return isDeepStrictEqual(old, now);
}

function sameJson(old: string, now: string): boolean {
  if (old === now) return true;
  try {
    return isDeepStrictEqual(JSON.parse(old), JSON.parse(now));
  } catch {
    return false; // The old text was never checked by us, so it may be no JSON; then it differs.
  }
}

function sorted(items: Value[]): string[] {
  return items.map(canonical).sort();
}

/** A text that two equal values share, whatever the order of their members. */
function canonical(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`).join(",")}}`;
}
