/** Checks over several inputs see previews too, in which any value may be unknown. */
import { type Archive, type Asset, hasUnknown, type Unknown, type Value } from "../plugins/rpc/values.ts";

/** A type without the unknowns in it. */
type Settled<T> = T extends Unknown | undefined
  ? never
  : T extends Asset | Archive
    ? T
    : T extends (infer I)[]
      ? Settled<I>[]
      : T extends object
        ? { [K in keyof T]: Settled<T[K]> | Extract<T[K], undefined> }
        : T;

/** The value if it is there and nothing in it is unknown. */
export function known<T>(value: T): Settled<T> | undefined {
  return hasUnknown(value as Value) ? undefined : (value as Settled<T>);
}

/** Whether the program gives the value, known or not. */
export function given(value: unknown): boolean {
  return value !== undefined;
}

/** Whether a value, or anything in it, is this text: how resources name each other. */
export function names(value: unknown, text: string): boolean {
  if (value === text) return true;
  return typeof value === "object" && value !== null && Object.values(value).some((member) => names(member, text));
}
