import { hunksOf } from "./lines.ts";
import { contentOf, type Fields, isList, isObject, isSame, isSecret, unknownText } from "./values.ts";

/** One difference between two values. */
export interface Difference {
  /** Properties and items on the way to it, such as `object.content.files[envoy/bootstrap.json].content`. */
  readonly path: string;
  /** In a text of several lines: which one, from 1. */
  readonly line?: number;
  /** Absent where there was nothing. */
  readonly before?: string;
  /** Absent where nothing is left. */
  readonly after?: string;
}

/**
 * Every difference between two values, with its path. Texts that are JSON, base64 or several lines are compared by their
 * content; where that finds nothing, the whole text differs. So two values without a difference are the same byte for
 * byte. No secret is shown.
 */
export function differencesOf(before: unknown, after: unknown, path = ""): Difference[] {
  if (isSame(before, after)) return [];
  if (isSecret(before) || isSecret(after)) return [difference(path, secretBefore(before), secretAfter(before, after))];
  if (isList(before) && isList(after)) return inLists(before, after, path);
  if (isObject(before) && isObject(after)) return inObjects(before, after, path);
  if (typeof before === "string" && typeof after === "string") return inTexts(before, after, path);
  // An added or removed object is shown part by part: nobody reads a policy in one line.
  if (before === undefined || after === undefined) {
    const whole = before ?? after;
    if (isObject(whole) && Object.keys(whole).length > 0)
      return inObjects(isObject(before) ? before : {}, isObject(after) ? after : {}, path);
  }
  return [difference(path, shown(before), shown(after))];
}

const difference = (
  path: string,
  before: string | undefined,
  after: string | undefined,
  line?: number,
): Difference => ({
  path,
  ...(line === undefined ? {} : { line }),
  ...(before === undefined ? {} : { before }),
  ...(after === undefined ? {} : { after }),
});

function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (value === unknownText) return "[not known before the update]";
  return typeof value === "string" ? value : JSON.stringify(value, withoutSecrets);
}

const withoutSecrets = (_key: string, value: unknown) => (isSecret(value) ? "[secret]" : value);

/** A value that was a secret, or becomes one, is not shown either. */
const secretBefore = (before: unknown) =>
  before === undefined ? undefined : isSecret(before) ? "[secret]" : "[in clear]";
function secretAfter(before: unknown, after: unknown): string | undefined {
  if (after === undefined) return undefined;
  if (!isSecret(after)) return "[in clear]";
  return isSecret(before) ? "[another secret]" : "[secret]";
}

function inObjects(before: Fields, after: Fields, path: string): Difference[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return keys.flatMap((key) => differencesOf(before[key], after[key], joined(path, key)));
}

const joined = (path: string, key: string) =>
  /^[\w@-]+$/.test(key) ? `${path}${path === "" ? "" : "."}${key}` : `${path}[${key}]`;

/** Keys that name an item, in the order of preference. */
const ownNames = ["path", "name", "Sid", "sid", "id", "key"];

/** By the items' names, where every item has a unique one; else by their places. */
function inLists(before: readonly unknown[], after: readonly unknown[], path: string): Difference[] {
  const name = ownNames.find((key) => areNamed(before, key) && areNamed(after, key));
  if (name === undefined) return inPlaces(before, after, path);
  const byName = (list: readonly unknown[]) => new Map(list.map((item) => [nameOf(item, name), item]));
  const [old, next] = [byName(before), byName(after)];
  const found = [...new Set([...old.keys(), ...next.keys()])].flatMap((key) =>
    differencesOf(old.get(key), next.get(key), `${path}[${key}]`),
  );
  const order = [old, next].map((map) => [...map.keys()].join(", "));
  // The same items in another order.
  return found.length > 0 ? found : [difference(path, order[0], order[1])];
}

const nameOf = (item: unknown, key: string): string => (isObject(item) ? String(item[key]) : "");
const areNamed = (list: readonly unknown[], key: string) =>
  list.every((item) => isObject(item) && typeof item[key] === "string") &&
  new Set(list.map((item) => nameOf(item, key))).size === list.length;

/** An item that only moved, because another was inserted before it, is the same item. */
function inPlaces(before: readonly unknown[], after: readonly unknown[], path: string): Difference[] {
  const text = (list: readonly unknown[]) => list.map((item) => JSON.stringify(item) ?? "");
  return hunksOf(text(before), text(after)).flatMap((hunk) => {
    const places = Math.max(hunk.before.length, hunk.after.length);
    return Array.from({ length: places }, (_, index) => {
      const old = index < hunk.before.length ? before[hunk.lineBefore - 1 + index] : undefined;
      const next = index < hunk.after.length ? after[hunk.line - 1 + index] : undefined;
      return differencesOf(old, next, `${path}[${hunk.line - 1 + index}]`);
    }).flat();
  });
}

function inTexts(before: string, after: string, path: string): Difference[] {
  const whole = [difference(path, shown(before), shown(after))];
  const [old, next] = [contentOf(before), contentOf(after)];
  if (old !== undefined && next !== undefined) {
    const found = differencesOf(old, next, path);
    return found.length > 0 ? found : whole;
  }
  const lines = [before, after].map((text) => text.split("\n"));
  if (lines.every(({ length }) => length === 1)) return whole;
  const [one = [], other = []] = lines;
  return hunksOf(one, other).map((hunk) => {
    const part = (found: readonly string[]) => (found.length === 0 ? undefined : found.join("\n"));
    return difference(path, part(hunk.before), part(hunk.after), hunk.line);
  });
}
