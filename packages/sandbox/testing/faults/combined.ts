import { setTimeout as pause } from "node:timers/promises";
import type { Fault } from "./fault.ts";

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
