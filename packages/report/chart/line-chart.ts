import { html, type Markup } from "../markup.ts";
import { fitting, lastOf, type Point, peak, runsOf, type Series, type Span } from "./series.ts";
import { clock, clockTicks, ticks } from "./ticks.ts";
import { format, inScale, scaleOf, type Unit } from "./units.ts";

export interface LineChart {
  readonly title: string;
  readonly unit: Unit;
  readonly span: Span;
  readonly series: readonly Series[];
}

const width = 360;
const height = 160;
const plot = { left: 56, right: 344, top: 8, bottom: 138 } as const;
/** More lines cannot be told apart. */
const mostLines = 8;

/** Lines over the time of day, and below them a legend with the last value of each. */
export function lineChart({ title, unit, span, series }: LineChart): Markup {
  const [drawn, others] = fitting(series, mostLines);
  const entries = drawn.map((one) => ({ name: one.name, last: lastWords(one, unit, span) }));
  const label = `${title}: ${entries.map(({ name, last }) => `${name} ${last}`).join(", ")}`;
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}"><title>${title}</title>
${axes(drawn, unit, span)}</svg>
<ul class="legend">${entries.map(
    ({ name, last }, index) => html`<li><i class="line${index}"></i>${name} <b>${last}</b></li>`,
  )}${others.length === 0 ? "" : html`<li class="quiet">${othersWords(others, unit)}</li>`}</ul>`;
}

function axes(series: readonly Series[], unit: Unit, span: Span): Markup {
  const marks = valueTicks(series, unit);
  const [low = 0, high = 1] = [marks[0], marks.at(-1)];
  const x = (at: number) => place(at, span.from, span.until, plot.left, plot.right);
  const y = (value: number) => place(value, low, high, plot.bottom, plot.top);
  const scale = scaleOf(unit, Math.max(Math.abs(low), Math.abs(high)));
  return html`${marks.map(
    (value) => html`<path class="grid" d="M${plot.left} ${y(value)}H${plot.right}"/>
<text x="${plot.left - 6}" y="${y(value) + 3.5}" text-anchor="end">${inScale(value, scale)}</text>`,
  )}
${clockTicks(span.from, span.until).map(
  ({ at, text }) => html`<path class="grid" d="M${x(at)} ${plot.bottom}v4"/>
<text x="${x(at)}" y="${plot.bottom + 16}" text-anchor="middle">${text}</text>`,
)}
${series.map(
  ({ points }, index) =>
    html`<path class="line${index}" d="${runsOf(points, span.step).map((run) => path(run, x, y))}"/>`,
)}`;
}

/** A point on its own is a line of no length, which round ends show as a dot. */
function path(run: readonly Point[], x: (at: number) => number, y: (value: number) => number): string {
  const [first, ...others] = run.map(([at, value]) => `${x(at)} ${y(value)}`);
  return `M${first}${others.length === 0 ? "h0" : `L${others.join(" ")}`}`;
}

/**
 * From zero to above the highest value; a share always up to 1. Whole numbers that are far from zero and close together,
 * such as the segments of a WAL, start at the lowest.
 */
function valueTicks(series: readonly Series[], unit: Unit): number[] {
  const values = series.flatMap(({ points }) => points.map(([, value]) => value)).filter(Number.isFinite);
  const lowest = values.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
  const highest = Math.max(...series.map(peak), unit === "percentunit" ? 1 : Number.NEGATIVE_INFINITY);
  if (values.length === 0 || (lowest === 0 && highest === 0)) return [0, 1];
  const whole = unit === "short" && values.every(Number.isInteger);
  const low = whole && lowest < highest && lowest > highest / 2 ? lowest : Math.min(0, lowest);
  const { divisor } = scaleOf(unit, Math.max(Math.abs(low), Math.abs(highest)));
  const least = whole ? 1 / divisor : 0;
  return ticks(low / divisor, Math.max(0, highest) / divisor, 4, least).map((mark) => mark * divisor);
}

function lastWords(series: Series, unit: Unit, span: Span): string {
  const last = lastOf(series, span);
  if (last === undefined) return "no value";
  const [at, value] = last.point;
  return last.isCurrent ? format(unit, value) : `${format(unit, value)}, nothing since ${clock(at)}`;
}

function othersWords(others: readonly Series[], unit: Unit): string {
  return `${others.length} more, none above ${format(unit, Math.max(...others.map(peak)))}`;
}

/** Where a value of one span lies on another, to a tenth. */
const place = (value: number, low: number, high: number, start: number, end: number) =>
  Math.round((start + ((value - low) / (high - low || 1)) * (end - start)) * 10) / 10;
