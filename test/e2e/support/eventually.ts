/**
 * Waits until `look` returns something other than undefined.
 * @throws Error that says what was waited for and what was last seen, when the deadline is over
 */
export async function eventually<Found>(
  what: string,
  seconds: number,
  look: (note: (seen: unknown) => void) => Promise<Found | undefined>,
): Promise<Found> {
  const deadline = Date.now() + seconds * 1000;
  let last: unknown = "nothing";
  for (;;) {
    const found = await look((seen) => {
      last = seen;
    }).catch((error: Error) => {
      last = error.message;
      return undefined;
    });
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s; last seen: ${JSON.stringify(last)}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Lets real time pass: for outages, whose length is what is tested. */
export const outage = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
