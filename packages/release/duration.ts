const units = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 } as const;

/** Seconds of a duration as Prometheus writes it, which may have several units: "1m30s". Whoever asks knows that it is one. */
export const secondsOf = (duration: string): number =>
  [...duration.matchAll(/(\d+)(ms|[smhdwy])/g)].reduce(
    (total, [, count, unit]) => total + Number(count) * units[unit as keyof typeof units],
    0,
  );
