/** Seconds since the epoch, and the value then. */
export type Point = readonly [at: number, value: number];

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

/** The time that a chart shows, in seconds since the epoch, and how far its points are apart. */
export interface Span {
  readonly from: number;
  readonly until: number;
  readonly step: number;
}

/** Points that a line may join. Where a step is missing, or the value is not finite, the line has a gap. */
export function runsOf(points: readonly Point[], step: number): Point[][] {
  const runs: Point[][] = [];
  let last: number | undefined;
  for (const point of points) {
    const [at, value] = point;
    if (!Number.isFinite(value)) {
      last = undefined;
      continue;
    }
    if (last === undefined || at - last > step * oneStep) runs.push([]);
    runs.at(-1)?.push(point);
    last = at;
  }
  return runs;
}

/** With room for rounding. */
const oneStep = 1.5;

/** The last point, and whether it is at the end of the span. A series that ended earlier has no value now. */
export function lastOf({ points }: Series, { until, step }: Span): { point: Point; isCurrent: boolean } | undefined {
  const point = points.at(-1);
  return point === undefined ? undefined : { point, isCurrent: until - point[0] < step * oneStep };
}

/**
 * The series that a chart has room for, in their own order: those that rise highest.
 * @returns those, and the ones that are left out
 */
export function fitting(
  series: readonly Series[],
  most: number,
): [drawn: readonly Series[], others: readonly Series[]] {
  const highest = new Set(series.toSorted((one, other) => peak(other) - peak(one)).slice(0, most));
  return [series.filter((one) => highest.has(one)), series.filter((one) => !highest.has(one))];
}

/** The highest value; minus infinity for a series without any. */
export const peak = ({ points }: Series): number =>
  points.reduce((most, [, value]) => (Number.isFinite(value) ? Math.max(most, value) : most), Number.NEGATIVE_INFINITY);
