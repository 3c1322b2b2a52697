/**
 * Round numbers that enclose a span: 1, 2 or 5 times a power of ten apart.
 * @param most at most so many spaces between them
 * @param least the smallest space; 1 where only whole numbers mean something
 */
export function ticks(low: number, high: number, most = 4, least = 0): number[] {
  // Less than this is a rounding error, not a span.
  const span = high - low > 1e-6 * Math.max(Math.abs(low), Math.abs(high)) ? high - low : 0;
  const rough = span > 0 ? span / most : Math.max(Math.abs(high), 1) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(least, power * ([1, 2, 5, 10].find((one) => enclosing(low, high, one * power) <= most) ?? 20));
  const first = Math.floor(low / step + slack);
  const count = Math.max(1, Math.ceil(high / step - slack) - first);
  return Array.from({ length: count + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** A sum of floating point that is this near to a tick is on it. */
const slack = 1e-9;

const enclosing = (low: number, high: number, step: number) =>
  Math.ceil(high / step - slack) - Math.floor(low / step + slack);

const [minute, hour, day] = [60, 3600, 86_400];
const clockSteps = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minute),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hour),
  ...[1, 2, 7, 14, 28].map((days) => days * day),
];

/** The round step, in seconds, that divides a length of time into at most so many spaces. */
export const clockStep = (length: number, most: number): number =>
  clockSteps.find((seconds) => length / seconds <= most) ?? length / most;

export interface ClockTick {
  /** Seconds since the epoch. */
  readonly at: number;
  readonly text: string;
}

/** Round times of the clock within a span, in UTC: as `17:20`, or as a day where the hours are all the same. */
export function clockTicks(from: number, until: number, most = 5): ClockTick[] {
  const step = clockStep(until - from, most);
  const first = Math.ceil(from / step);
  const count = Math.floor(until / step) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => {
    const at = (first + index) * step;
    return { at, text: step >= day ? dayOf(at) : clock(at, step < minute) };
  });
}

/** Whether a value can be an instant, in seconds since the epoch: a series may hold anything, NaN and infinity too. */
export const isInstant = (seconds: number): boolean => seconds >= 0 && seconds < firstOfYear10000;

/** In seconds since the epoch. */
const firstOfYear10000 = 253_402_300_800;

/** `2026-11-29T17:20:05.000Z`. Never throws: what is no instant is called so. */
const utc = (seconds: number, part: readonly [start: number, end: number]): string =>
  isInstant(seconds) ? new Date(seconds * 1000).toISOString().slice(...part) : "an impossible time";

/** `17:20` or `17:20:05`, in UTC. */
export const clock = (seconds: number, withSeconds = true): string => utc(seconds, [11, withSeconds ? 19 : 16]);

/** `2026-11-29`, in UTC. */
export const dateOf = (seconds: number): string => utc(seconds, [0, 10]);

const dayOf = (seconds: number) => utc(seconds, [5, 10]);
