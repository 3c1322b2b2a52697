import { setTimeout as pause } from "node:timers/promises";

/** Something that breaks in the sandbox, and what mends it. */
export interface Fault {
  /** Done when it is broken in full. */
  inject(): Promise<void>;
  /** Idempotent: it also mends what was broken in half, and leaves alone what is whole. */
  heal(): Promise<void>;
}

/** One fault in the middle of another, so many seconds after it; mended in the other order. */
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
