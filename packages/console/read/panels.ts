import { type Panel, rows } from "@metrics-link/prometheus";
import { lastOf, type Series } from "@metrics-link/report";
import type { PanelReading, PanelRow } from "../reading.ts";
import { type Ask, type Line, lines, type Pace, part, type Sources } from "./ask.ts";

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
  const nameOf = ({ labels }: Line) => legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label) => labels[label] ?? "");
  const namesakes = new Map<string, Line[]>();
  for (const line of all) {
    const known = namesakes.get(nameOf(line));
    if (known === undefined) namesakes.set(nameOf(line), [line]);
    else known.push(line);
  }
  const differing = new Map([...namesakes].map(([name, group]) => [name, differingLabels(group)]));
  return all.map((line) => {
    const name = nameOf(line);
    const values = (differing.get(name) ?? []).map((label) => line.labels[label] ?? `no ${label}`);
    return { name: [name, ...values].join(" "), points: line.points };
  });
}

/** The labels in which series of one name differ, such as those of two senders. */
function differingLabels(group: readonly Line[]): string[] {
  const labels = [...new Set(group.flatMap((line) => Object.keys(line.labels)))];
  return labels.filter((label) => new Set(group.map((line) => line.labels[label])).size > 1);
}
