import { page as document } from "@metrics-link/report/document.ts";
import { html, Markup, type Part } from "@metrics-link/report/markup.ts";
import type { Outcome } from "./drill.ts";
import { picture } from "./picture.ts";
import { cells, columnTitles, summary } from "./report.ts";

/** Colours of the pictures, in light and in dark, and what a table of numbers needs. */
const style = `
h2 { margin-bottom: .2rem; } table { margin-top: 1rem; font-size: .86rem; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.passed { color: var(--good); } .failed { color: var(--bad); font-weight: 600; }
svg { display: block; width: 100%; height: auto; } svg text { font: 11px system-ui, sans-serif; fill: var(--quiet); }
svg .tick { stroke: var(--line); } .behind { fill: none; stroke: var(--own); stroke-width: 1.5; }
.broken { fill: var(--text); } .changing { fill: var(--quiet); } .pending { fill: #f0b429; } .firing { fill: #d64545; }
`;

/** The outcomes as one HTML page that needs nothing else. */
export function page(outcomes: readonly Outcome[]): string {
  const first = Math.min(...outcomes.flatMap(({ phases }) => phases.began ?? []));
  const when =
    first === Number.POSITIVE_INFINITY
      ? ""
      : ` of ${new Date(first * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return document(
    { title: "Drills", style },
    html`<h1>Drills${when}</h1>
<p>${summary(outcomes)}</p>
<table>
<tr>${columnTitles.map(({ text, right }) => cell("th", right, text))}</tr>
${outcomes.map(row)}</table>
${outcomes.map(section)}`,
  );
}

function row(outcome: Outcome): Markup {
  const found = cells(outcome).map(({ text, right }, index) =>
    cell("td", right, index === 0 ? html`<a href="#${outcome.name}">${text}</a>` : text),
  );
  return html`<tr class="${outcome.passed ? "" : "failed"}">${found}</tr>
`;
}

const cell = (tag: "th" | "td", right: boolean, content: Part): Markup => {
  const name = new Markup(tag);
  return right ? html`<${name} class="number">${content}</${name}>` : html`<${name}>${content}</${name}>`;
};

function section(outcome: Outcome): Markup {
  const { name, passed, fault, alert, side, notes } = outcome;
  const word = passed ? html`<span class="passed">passed</span>` : html`<span class="failed">FAILED</span>`;
  return html`<section id="${name}">
<h2>${name} ${word}</h2>
<p>${fault}; ${alert} of the ${side} must fire.</p>
${notes.map(
  (note) => html`<p class="quiet">${note}</p>
`,
)}${new Markup(picture(outcome))}
</section>
`;
}
