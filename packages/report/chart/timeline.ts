import { html, type Markup } from "../markup.ts";
import { clockStep } from "./ticks.ts";

/** What happened in which order: bars in lanes over the seconds that passed, below them one value, and a legend. */
export interface Timeline {
  readonly label: string;
  /** Seconds since the epoch. */
  readonly from: number;
  readonly until: number;
  readonly lanes: readonly { readonly name: string; readonly bars: readonly Bar[] }[];
  /** Null where nobody could tell: the line has a gap there. */
  readonly value: {
    readonly name: string;
    readonly points: readonly (readonly [at: number, seconds: number | null])[];
  };
}

interface Bar {
  readonly title: string;
  readonly tone: "full" | "idle" | "open" | "bad";
  /** Not drawn without a beginning; to the end of the timeline without an end. */
  readonly from: number | undefined;
  readonly until: number | undefined;
}

const width = 900;
const [left, right] = [70, 20];
const laneHeight = 24;
const barHeight = 16;
const valueHeight = 46;
const top = 8;
const mostTicks = 12;

export function timeline({ label, from, until, lanes, value }: Timeline): Markup {
  const end = Math.max(until, from + 1);
  const x = (at: number) => left + ((Math.min(at, end) - from) / (end - from)) * (width - left - right);
  const below = top + lanes.length * laneHeight + 2;
  const axis = below + valueHeight;
  return html`<svg class="timeline" viewBox="0 0 ${width} ${axis + 22}" role="img" aria-label="${label}">
${secondsWithin(end - from).map((seconds) => tick(x(from + seconds), axis, seconds))}
${lanes.map(({ name, bars }, index) => {
  const y = top + index * laneHeight;
  return [laneName(y, name), bars.map((one) => bar(one, y, x, end))];
})}
${laneName(below, value.name)}${line(
  value.points.filter(([at]) => at >= from && at <= end),
  below,
  axis,
  x,
)}
</svg>
<ul class="legend tones">${toneTitles(lanes).map(
    ([tone, titles]) => html`<li><i class="${tone}"></i>${titles.join(", ")}</li>`,
  )}<li><i class="value"></i>${value.name}, in seconds</li></ul>`;
}

/** What each colour is, in the order of the lanes. */
function toneTitles(lanes: Timeline["lanes"]): [Bar["tone"], string[]][] {
  const titles = new Map<Bar["tone"], string[]>();
  for (const { tone, title } of lanes.flatMap(({ bars }) => bars))
    titles.set(tone, [...(titles.get(tone) ?? []), title]);
  return [...titles];
}

const bar = ({ title, tone, from, until }: Bar, y: number, x: (at: number) => number, end: number) =>
  from === undefined
    ? ""
    : html`<rect x="${round(x(from))}" y="${y}" width="${round(Math.max(1, x(until ?? end) - x(from)))}" height="${barHeight}" class="${tone}"><title>${title}</title></rect>
`;

function line(points: Timeline["value"]["points"], top: number, axis: number, x: (at: number) => number) {
  const most = Math.max(10, ...points.map(([, seconds]) => seconds ?? 0));
  const y = (seconds: number) => round(axis - (seconds / most) * (valueHeight - 4));
  const runs: string[][] = [[]];
  for (const [at, seconds] of points) {
    if (seconds === null) runs.push([]);
    else runs.at(-1)?.push(`${round(x(at))},${y(seconds)}`);
  }
  return html`<text x="${left - 6}" y="${top + 28}" text-anchor="end">max ${Math.round(most)} s</text>${runs.map(
    (run) => html`<polyline points="${run.join(" ")}"/>`,
  )}`;
}

const laneName = (y: number, text: string) =>
  html`<text x="${left - 6}" y="${y + 12}" text-anchor="end">${text}</text>`;

const tick = (x: number, axis: number, seconds: number) =>
  html`<path class="grid" d="M${round(x)} 4V${axis}"/><text x="${round(x)}" y="${axis + 15}" text-anchor="middle">${seconds} s</text>
`;

function secondsWithin(length: number): number[] {
  const step = clockStep(length, mostTicks);
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, index) => index * step);
}

const round = (value: number) => Math.round(value * 10) / 10;
