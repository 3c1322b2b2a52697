/** A deep copy of `value` with what stands at `path` (keys and indices joined by dots) replaced, or removed. */
export function changed<Value>(value: Value, path: string, replacement: unknown): Value {
  const copy = structuredClone(value);
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  const holder = keys.reduce<unknown>((at, key) => step(at, key, path), copy) as Record<string, unknown>;
  if (!(last in holder) && replacement === undefined) throw new Error(`nothing to remove at ${path}`);
  if (replacement === undefined) delete holder[last];
  else holder[last] = replacement;
  return copy;
}

function step(at: unknown, key: string, path: string): unknown {
  const next = (at as Record<string, unknown>)[key];
  if (next === undefined) throw new Error(`nothing at ${key} of ${path}`);
  return next;
}
