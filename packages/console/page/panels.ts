import { lineChart } from "@metrics-link/report/chart/line-chart.ts";
import type { Span } from "@metrics-link/report/chart/series.ts";
import { html, type Markup } from "@metrics-link/report/markup.ts";
import type { PanelReading, Reading } from "../reading.ts";

/** The rows of the dashboard, in its order, with its words. */
export const panelRows = ({ rows, span }: Reading): Markup =>
  html`${rows.map(
    ({ title, panels }) => html`<section><h2>${title}</h2>
<div class="panels">${panels.map((panel) => figure(panel, span))}</div></section>`,
  )}`;

const figure = (reading: PanelReading, span: Span): Markup => html`<figure>
<figcaption><h3>${reading.panel.title}</h3><p class="small quiet">${reading.panel.description}</p></figcaption>
${body(reading, span)}${
  reading.ofSender
    ? html`<p class="small quiet">From the sender's own Prometheus: the receiver has nothing of the present.</p>`
    : ""
}
</figure>`;

/** A chart, or in words why there is none: an empty one would look as if all were well. */
function body({ panel: { title, unit, whenEmpty }, series }: PanelReading, span: Span): Markup {
  if ("error" in series) return html`<p class="nothing open"><b class="tone">not known</b> ${series.error}</p>`;
  if (series.value.length > 0) return lineChart({ title, unit, span, series: series.value });
  if (whenEmpty !== undefined) return html`<p class="nothing good">${whenEmpty}</p>`;
  return html`<p class="nothing open"><b class="tone">no data</b> Prometheus has no such series in this time.</p>`;
}
