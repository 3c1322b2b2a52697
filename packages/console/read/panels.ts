import { lastOf, type Series } from "@metrics-link/page/chart/series.ts";
import { type Panel, rows } from "@metrics-link/prometheus/dashboards/panels.ts";
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
  const series = await part(() => seriesOf(receiver, panel, pace));
  const isCurrent = (found: readonly Series[]) => found.some((one) => lastOf(one, pace.span)?.isCurrent);
  if (sender === undefined || ("value" in series && isCurrent(series.value))) return { panel, series, ofSender: false };
  const own = await part(() => seriesOf(sender.ask, panel, pace));
  const ofSender = "value" in own && isCurrent(own.value);
  return { panel, series: ofSender ? own : series, ofSender };
}

async function seriesOf(ask: Ask, { queries }: Panel, pace: Pace): Promise<Series[]> {
  const found = await Promise.all(
    queries.map(async ({ expression, legend }) => named(await lines(ask, expression, pace), legend)),
  );
  return found.flat();
}
