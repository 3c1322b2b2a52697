import { html, Markup, type Part } from "@metrics-link/contract/markup.ts";
import type { Outcome } from "./drill.ts";
import { picture } from "./picture.ts";
import { cells, columnTitles, summary } from "./report.ts";

const style = `
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 68rem; padding: 0 1rem; color: #1c2430; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.05rem; margin: 2rem 0 0.2rem; } p { margin: 0.2rem 0; }
table { border-collapse: collapse; width: 100%; font-size: 0.85rem; margin-top: 1rem; }
th, td { text-align: left; padding: 0.3rem 0.6rem; border-bottom: 1px solid #dde2e8; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.passed { color: #1a7f4b; } .failed { color: #c2272d; font-weight: 600; } .note { color: #5b6675; }
svg { width: 100%; height: auto; display: block; } svg text { font: 11px system-ui, sans-serif; fill: #4a5563; }
`;

/** The outcomes as one HTML page that needs nothing else. */
export function page(outcomes: readonly Outcome[]): string {
  const first = Math.min(...outcomes.flatMap(({ phases }) => phases.began ?? []));
  const when =
    first === Number.POSITIVE_INFINITY
      ? ""
      : ` of ${new Date(first * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Drills</title>
<style>${new Markup(style)}</style>
<h1>Drills${when}</h1>
<p>${summary(outcomes)}</p>
<table>
<tr>${columnTitles.map(({ text, right }) => cell("th", right, text))}</tr>
${outcomes.map(row)}</table>
${outcomes.map(section)}</html>
`.text;
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
  (note) => html`<p class="note">${note}</p>
`,
)}${new Markup(picture(outcome))}
</section>
`;
}
