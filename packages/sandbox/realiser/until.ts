import { setTimeout as sleep } from "node:timers/promises";

const pollIntervalMs = 20;

/** Waits for a condition; rejects, naming it, when the deadline has passed. Gives what the condition gave. */
export async function until<Value>(
  what: string,
  deadlineMs: number,
  condition: () => Promise<Value | undefined | false>,
): Promise<Value> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`waited ${deadlineMs} ms in vain: ${what}`);
    await sleep(pollIntervalMs);
  }
}
