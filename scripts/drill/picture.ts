import type { Outcome } from "./drill.ts";

const width = 900;
const left = 70;
const right = 20;
const lanes = { fault: 8, alert: 32, lag: 58 } as const;
const barHeight = 16;
const lagHeight = 46;
const axis = lanes.lag + lagHeight;
const height = axis + 22;
/** A drill over time: what was broken, what the alert was, and how far the receiver was behind. Nothing without a fault. */
export function picture({ phases, lag }: Outcome): string {
  const { began, broken, pending, fired, healing, healed, cleared } = phases;
  if (began === undefined) return "";
  const last = Math.max(...Object.values(phases), ...lag.map(([at]) => at));
  const end = Math.max(cleared ?? last, began + 1);
  const x = (at: number) => left + ((Math.min(at, end) - began) / (end - began)) * (width - left - right);
  const bar = (
    y: number,
    kind: "broken" | "changing" | "pending" | "firing",
    from: number | undefined,
    to: number | undefined,
    title: string,
  ) =>
    from === undefined
      ? ""
      : `<rect x="${round(x(from))}" y="${y}" width="${round(Math.max(1, x(to ?? end) - x(from)))}" height="${barHeight}" ` +
        `class="${kind}"><title>${title}</title></rect>`;
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="When it was broken, when the alert was pending and firing, and how far the receiver was behind.">
${ticks(end - began)
  .map((seconds) => tick(x(began + seconds), seconds))
  .join("\n")}
${label(lanes.fault, "fault")}${label(lanes.alert, "alert")}${label(lanes.lag, "behind")}
${bar(lanes.fault, "changing", began, broken, "breaking")}
${bar(lanes.fault, "broken", broken, healing, "broken")}
${bar(lanes.fault, "changing", healing, healed, "mending")}
${bar(lanes.alert, "pending", pending, fired ?? cleared, "pending")}
${bar(lanes.alert, "firing", fired, cleared, "firing")}
${lagLine(lag, began, end, x)}
</svg>`;
}

/** A line where the sender told how far the receiver is behind, and a gap where nobody could. */
function lagLine(lag: Outcome["lag"], began: number, end: number, x: (at: number) => number): string {
  const seen = lag.filter(([at]) => at >= began && at <= end);
  const most = Math.max(10, ...seen.map(([, seconds]) => seconds ?? 0));
  const y = (seconds: number) => round(axis - (seconds / most) * (lagHeight - 4));
  const runs: string[][] = [[]];
  for (const [at, seconds] of seen) {
    if (seconds === null) runs.push([]);
    else runs.at(-1)?.push(`${round(x(at))},${y(seconds)}`);
  }
  const lines = runs.map((points) => `<polyline points="${points.join(" ")}" class="behind"/>`);
  return `<text x="${left - 6}" y="${lanes.lag + 28}" text-anchor="end">max ${Math.round(most)} s</text>${lines.join("")}`;
}

const label = (y: number, text: string) => `<text x="${left - 6}" y="${y + 12}" text-anchor="end">${text}</text>`;

const tick = (x: number, seconds: number) =>
  `<line x1="${round(x)}" y1="4" x2="${round(x)}" y2="${axis}" class="tick"/>` +
  `<text x="${round(x)}" y="${axis + 15}" text-anchor="middle">${seconds} s</text>`;

/** Round numbers, about ten of them. */
function ticks(seconds: number): number[] {
  const step = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600].find((one) => seconds / one <= 12) ?? 1200;
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => index * step);
}

const round = (value: number) => Math.round(value * 10) / 10;
