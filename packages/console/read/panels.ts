import { type Panel, rows } from "@metrics-link/prometheus";
import { lastOf, type Series } from "@metrics-link/report";
import type { PanelReading, PanelRow } from "../reading.ts";
import { type Ask, type Labels, type Line, lines, type Pace, part, type Sources } from "./ask.ts";

/** Every panel of the dashboard, in its order. */
export const readPanels = (sources: Sources, pace: Pace): Promise<PanelRow[]> =>
  Promise.all(
    rows.map(async ({ title, panels }) => ({
      title,
      panels: await Promise.all(panels.map((panel) => readPanel(sources, panel, pace))),
    })),
  );

/** From the receiver, as in the dashboard; from the sender itself where the receiver has no current value. */
async function readPanel({ receiver, sender }: Sources, panel: Panel, pace: Pace): Promise<PanelReading> {
  const stored = await answersOf(receiver, panel, pace);
  if (sender === undefined || stored.lacking.length < panel.queries.length)
    return { panel, ...stored, ofSender: false };
  const own = await answersOf(sender.ask, panel, pace);
  const ofSender = own.lacking.length < panel.queries.length;
  return { panel, ...(ofSender ? own : stored), ofSender };
}

async function answersOf(ask: Ask, { queries }: Panel, pace: Pace): Promise<Pick<PanelReading, "series" | "lacking">> {
  const answers = await part(() =>
    Promise.all(
      queries.map(async ({ expression, legend }) => ({
        legend,
        series: named(await lines(ask, expression, pace), legend),
      })),
    ),
  );
  if ("error" in answers) return { series: answers, lacking: queries.map(({ legend }) => legend) };
  const isCurrent = (one: Series) => lastOf(one, pace.span)?.isCurrent === true;
  return {
    series: { value: answers.value.flatMap(({ series }) => series) },
    lacking: answers.value.filter(({ series }) => !series.some(isCurrent)).map(({ legend }) => legend),
  };
}

/** Lines by the names that a Grafana legend gives them, such as `{{link_side}} {{tier}}`. */
function named(all: readonly Line[], legend: string): Series[] {
  const names = all.map(({ labels }) => legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label) => labels[label] ?? ""));
  return all.map(({ labels, points }, index) => {
    const name = names[index] ?? "";
    const namesakes = all.filter((_, other) => other !== index && names[other] === name);
    return { name: namesakes.length === 0 ? name : `${name} ${differing(labels, namesakes)}`, points };
  });
}

/** The values of the labels in which a series differs from others of its name, such as those of two senders. */
function differing(labels: Labels, namesakes: readonly Line[]): string {
  const all = new Set([...Object.keys(labels), ...namesakes.flatMap((other) => Object.keys(other.labels))]);
  return [...all]
    .filter((label) => namesakes.some((other) => other.labels[label] !== labels[label]))
    .map((label) => labels[label] ?? `no ${label}`)
    .join(" ");
}
