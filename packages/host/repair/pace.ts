/**
 * Spaces writes so that no more than so many samples a second are written on average. What was not used is not saved up.
 */
export function pace(
  samplesPerSecond: () => number,
  now: () => number,
  sleep: (milliseconds: number) => Promise<void>,
): (samples: number) => Promise<void> {
  let free = 0;
  return async (samples) => {
    const wait = free - now();
    if (wait > 0) await sleep(wait);
    free = Math.max(free, now()) + (samples / samplesPerSecond()) * 1000;
  };
}
