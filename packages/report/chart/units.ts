/** A unit by Grafana's name: seconds, bytes, a count, a share of 1, requests per second. */
export type Unit = "s" | "bytes" | "short" | "percentunit" | "reqps";

/** How a value is written: divided, with a suffix. */
export interface Scale {
  readonly divisor: number;
  readonly suffix: string;
}

type Steps = readonly (readonly [from: number, divisor: number, suffix: string])[];

const [minute, hour, day, year] = [60, 3600, 86_400, 365.25 * 86_400];
/** Below two of a unit the smaller unit says more: 60 s, but 2 min. */
const durations: Steps = [
  [0, 0.001, " ms"],
  [1, 1, " s"],
  [2 * minute, minute, " min"],
  [2 * hour, hour, " h"],
  [2 * day, day, " days"],
  [2 * year, year, " years"],
];
const bytes: Steps = [
  [0, 1, " B"],
  [2 ** 10, 2 ** 10, " KiB"],
  [2 ** 20, 2 ** 20, " MiB"],
  [2 ** 30, 2 ** 30, " GiB"],
  [2 ** 40, 2 ** 40, " TiB"],
];
const counts: Steps = [
  [0, 1, ""],
  [1e4, 1e3, " k"],
  [1e6, 1e6, " M"],
  [1e9, 1e9, " G"],
];
const stepsOf: Readonly<Record<Unit, Steps>> = {
  s: durations,
  bytes,
  short: counts,
  reqps: counts.map(([from, divisor, suffix]) => [from, divisor, `${suffix} req/s`]),
  percentunit: [[0, 0.01, " %"]],
};

/** The scale for a value of this size; zero takes the plain unit. */
export function scaleOf(unit: Unit, value: number): Scale {
  const steps = stepsOf[unit];
  const size = unit === "s" && value === 0 ? 1 : Math.abs(value);
  const [, divisor, suffix] = steps.findLast(([from]) => size >= from) ?? [0, 1, ""];
  return { divisor, suffix };
}

/** A value with its unit, to three digits: `1.52 s`, `29.4 days`, `97.1 %`. */
export function format(unit: Unit, value: number): string {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "infinite" : "minus infinite";
  return inScale(value, scaleOf(unit, value));
}

export const inScale = (value: number, { divisor, suffix }: Scale): string => `${digits(value / divisor)}${suffix}`;

/** Three digits, more only before the point; no exponent, no zeros behind. */
function digits(value: number): string {
  const size = Math.abs(value);
  const behind =
    size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : Math.min(6, 2 - Math.floor(Math.log10(size)));
  const text = value.toFixed(behind);
  const short = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return short === "-0" ? "0" : short;
}
