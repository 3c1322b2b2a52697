import { chartStyle } from "@metrics-link/report/chart/style.ts";
import { clock } from "@metrics-link/report/chart/ticks.ts";
import { page } from "@metrics-link/report/document.ts";
import { html, type Markup } from "@metrics-link/report/markup.ts";
import type { Reading } from "../reading.ts";
import { type Verdict, verdictOf } from "../verdict.ts";
import { panelRows } from "./panels.ts";
import { style } from "./style.ts";
import { alertsSection, certificatesSection, hostsSection } from "./tables.ts";
import { toneOf } from "./tone.ts";

/**
 * A reading as one page: what it means, in words, and every panel of the dashboard.
 * @param refreshSeconds for a page that is served: the browser asks anew after so long
 */
export function consolePage(reading: Reading, refreshSeconds?: number): string {
  const verdict = verdictOf(reading);
  const { from, until } = reading.span;
  const minutes = Math.round((until - from) / 60);
  const when = `${new Date(until * 1000).toISOString().slice(0, 10)} ${clock(until)} UTC`;
  return page(
    { title: `metrics-link: ${verdict.headline}`, style: chartStyle + style, refreshSeconds },
    html`<h1>metrics-link</h1>
<p class="quiet">${when}; charts of the last ${minutes} minutes.${
      refreshSeconds === undefined ? "" : ` Looks again every ${refreshSeconds} seconds.`
    }</p>
${verdictBox(verdict)}
${hostsSection(reading)}
${alertsSection(reading)}
${certificatesSection(reading)}
${panelRows(reading)}`,
  );
}

const verdictBox = ({ state, headline, statements }: Verdict): Markup => html`<div class="verdict ${toneOf[state]}">
<strong class="tone">${headline}</strong>
<ul>${statements.map(
  ({ state: one, text }) => html`<li class="${toneOf[one]}"><b class="tone">${one}</b> ${text}</li>`,
)}</ul></div>`;
