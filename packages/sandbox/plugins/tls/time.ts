/**
 * Times as the official tls provider writes them: Go's `time.Now()` in the local zone of the machine, as RFC 3339 with
 * nanoseconds, such as `2026-12-30T00:24:54.072565017+01:00`.
 */
import { randomInt } from "node:crypto";

/** The fraction of a second of a time, with digits below JavaScript's milliseconds that no two certificates share. */
export function fractionOf(time: Date): string {
  const milliseconds = `${time.getMilliseconds()}`.padStart(3, "0");
  return `${milliseconds}${`${randomInt(1, 1_000_000)}`.padStart(6, "0")}`.replace(/0+$/, "");
}

export function goTime(time: Date, fraction: string): string {
  const east = -time.getTimezoneOffset();
  const local = new Date(time.getTime() + east * 60_000).toISOString().slice(0, "2026-12-30T00:24:54".length);
  const two = (number: number) => `${Math.floor(number)}`.padStart(2, "0");
  const zone = east === 0 ? "Z" : `${east < 0 ? "-" : "+"}${two(Math.abs(east) / 60)}:${two(Math.abs(east) % 60)}`;
  return `${local}.${fraction}${zone}`;
}
