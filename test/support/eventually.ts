import { setTimeout as pause } from "node:timers/promises";

/**
 * Waits until `look` gives something other than undefined.
 * @throws when it does not within `deadlineMilliseconds`, naming `what`
 */
export async function eventually<Found>(
  what: string,
  look: () => Promise<Found | undefined> | Found | undefined,
  deadlineMilliseconds = 15_000,
): Promise<Found> {
  const end = Date.now() + deadlineMilliseconds;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${what}: not within ${deadlineMilliseconds} ms`);
    await pause(25);
  }
}
