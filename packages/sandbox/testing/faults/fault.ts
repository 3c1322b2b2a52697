import { setTimeout as pause } from "node:timers/promises";

/** Something that breaks in the sandbox, and its repair. */
export interface Fault {
  /** Resolves once it is fully broken. */
  inject(): Promise<void>;
  /** Idempotent: also repairs a partial fault, and does nothing when nothing is broken. */
  heal(): Promise<void>;
}

/** One fault during another, so many seconds after it; repaired in reverse order. */
export const during = (outer: Fault, seconds: number, inner: Fault): Fault => ({
  async inject() {
    await outer.inject();
    await pause(seconds * 1000);
    await inner.inject();
  },
  async heal() {
    try {
      await inner.heal();
    } finally {
      await outer.heal();
    }
  },
});
