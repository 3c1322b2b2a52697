import { setTimeout as sleep } from "node:timers/promises";
import { LinkError } from "@metrics-link/contract";

const pollIntervalMs = 20;

/** @param what completes "waiting for": "the host to start" */
export const timedOut = (what: string, ms: number): LinkError =>
  new LinkError("TIMED_OUT", { what: `timed out after ${ms / 1000} s waiting for ${what}` });

/**
 * Polls until a condition gives a value, and returns that.
 * @param what completes "waiting for": "the host to start"
 * @throws LinkError TIMED_OUT
 */
export async function until<Value>(
  what: string,
  deadlineMs: number,
  condition: () => Promise<Value | undefined | false>,
): Promise<Value> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw timedOut(what, deadlineMs);
    await sleep(pollIntervalMs);
  }
}
