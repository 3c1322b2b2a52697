import { setTimeout as pause } from "node:timers/promises";

/**
 * Waits until `look` gives something other than undefined. An error of `look` is only something seen: what is waited
 * for may not answer yet.
 * @param look is handed `note`, to tell what it saw
 * @param deadlineMilliseconds below the minute that mocha gives a test, and no less: a loaded machine takes its time, and a
 *   test that passes does not wait for it
 * @throws Error that says what was waited for and what was last seen, when the deadline is over
 */
export async function eventually<Found>(
  what: string,
  look: (note: (seen: unknown) => void) => Promise<Found | undefined> | Found | undefined,
  deadlineMilliseconds = 45_000,
  intervalMilliseconds = 25,
): Promise<Found> {
  const end = Date.now() + deadlineMilliseconds;
  let last: unknown = "nothing";
  const note = (seen: unknown) => {
    last = seen;
  };
  for (;;) {
    try {
      const found = await look(note);
      if (found !== undefined) return found;
    } catch (error) {
      note((error as Error).message);
    }
    if (Date.now() > end) {
      throw new Error(`${what}: not within ${deadlineMilliseconds} ms; last seen: ${JSON.stringify(last)}`);
    }
    await pause(intervalMilliseconds);
  }
}
