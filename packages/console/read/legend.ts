import type { Series } from "@metrics-link/report/chart/series.ts";
import type { Labels, Line } from "./ask.ts";

/** Lines by the names that a legend of Grafana's gives them, such as `{{link_side}} {{tier}}`. */
export function named(lines: readonly Line[], legend: string): Series[] {
  const names = lines.map(({ labels }) => legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label) => labels[label] ?? ""));
  return lines.map(({ labels, points }, index) => {
    const name = names[index] ?? "";
    const namesakes = lines.filter((_, other) => other !== index && names[other] === name);
    return { name: namesakes.length === 0 ? name : `${name} ${differing(labels, namesakes)}`, points };
  });
}

/** The values of the labels in which a series differs from others of its name: two senders, for example. */
function differing(labels: Labels, namesakes: readonly Line[]): string {
  const told = new Set([...Object.keys(labels), ...namesakes.flatMap((other) => Object.keys(other.labels))]);
  return [...told]
    .filter((label) => namesakes.some((other) => other.labels[label] !== labels[label]))
    .map((label) => labels[label] ?? `no ${label}`)
    .join(" ");
}
