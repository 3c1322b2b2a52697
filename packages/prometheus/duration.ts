import { InvalidInputError } from "@metrics-link/contract";

const millisecondsOf = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a Prometheus duration with one unit. @throws InvalidInputError */
export function milliseconds(duration: string): number {
  const [, count, unit] = /^([1-9][0-9]*)(ms|s|m|h|d)$/.exec(duration) ?? [];
  if (count === undefined || unit === undefined) {
    throw new InvalidInputError("Not a duration", [
      { key: "duration", value: duration, remedy: 'a number and one unit of ms, s, m, h or d, such as "15s"' },
    ]);
  }
  return Number(count) * millisecondsOf[unit as keyof typeof millisecondsOf];
}

/** The shorter of two durations. */
export function shorter(one: string, other: string): string {
  return milliseconds(one) <= milliseconds(other) ? one : other;
}
