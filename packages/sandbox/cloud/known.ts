/** Checks over several inputs see previews too, in which any value may be unknown. */
import { hasUnknown, type Unknown, type Value } from "../plugins/rpc/values.ts";

/** The value if it is there and nothing in it is unknown. */
export function known<T>(value: T): Exclude<T, Unknown | undefined> | undefined {
  return hasUnknown(value as Value) ? undefined : (value as Exclude<T, Unknown | undefined>);
}

/** Whether the program gives the value, known or not. */
export function given(value: unknown): boolean {
  return value !== undefined;
}
