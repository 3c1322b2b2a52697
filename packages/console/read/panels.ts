import { type Panel, rows } from "@metrics-link/prometheus";
import { lastOf, type Series } from "@metrics-link/report/chart/series.ts";
import type { PanelReading, PanelRow } from "../reading.ts";
import { type Ask, lines, type Pace } from "./ask.ts";
import { named } from "./legend.ts";
import { part, type Sources } from "./sources.ts";

/** Every panel of the dashboard, in its order. */
export const readPanels = (sources: Sources, pace: Pace): Promise<PanelRow[]> =>
  Promise.all(
    rows.map(async ({ title, panels }) => ({
      title,
      panels: await Promise.all(panels.map((panel) => readPanel(sources, panel, pace))),
    })),
  );

/** As the dashboard has it, from the receiver; from the sender itself where the receiver has nothing of the present. */
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
