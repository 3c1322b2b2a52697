const longestSleepMs = 250;

/**
 * Spaces writes so that no more than so many samples a second are written on average. What was not used is not saved up.
 * @param samplesPerSecond is asked again and again while a write waits; more than 0
 */
export function pace(
  samplesPerSecond: () => number,
  now: () => number,
  sleep: (milliseconds: number) => Promise<void>,
): (samples: number) => Promise<void> {
  let [owed, at] = [0, now()];
  return async (samples) => {
    for (;;) {
      const rate = samplesPerSecond();
      const then = at;
      at = now();
      owed = Math.max(0, owed - ((at - then) / 1000) * rate);
      // Less than a sample is a rest of rounding.
      if (owed < 1) break;
      await sleep(Math.min((owed / rate) * 1000, longestSleepMs));
    }
    owed += samples;
  };
}
