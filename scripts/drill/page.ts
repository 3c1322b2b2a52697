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
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Drills</title>
<style>${style}</style>
<h1>Drills${when}</h1>
<p>${escaped(summary(outcomes))}</p>
<table>
<tr>${columnTitles.map(({ text, right }) => `<th${right ? ' class="number"' : ""}>${text}</th>`).join("")}</tr>
${outcomes.map(row).join("\n")}
</table>
${outcomes.map(section).join("\n")}
</html>
`;
}

function row(outcome: Outcome): string {
  const found = cells(outcome).map(({ text, right }, index) => {
    const shown = index === 0 ? `<a href="#${escaped(outcome.name)}">${escaped(text)}</a>` : escaped(text);
    return `<td${right ? ' class="number"' : ""}>${shown}</td>`;
  });
  return `<tr class="${outcome.passed ? "" : "failed"}">${found.join("")}</tr>`;
}

function section(outcome: Outcome): string {
  const { name, passed, fault, alert, side, notes } = outcome;
  const word = passed ? '<span class="passed">passed</span>' : '<span class="failed">FAILED</span>';
  return `<section id="${escaped(name)}">
<h2>${escaped(name)} ${word}</h2>
<p>${escaped(`${fault}; ${alert} of the ${side} must fire.`)}</p>
${notes.map((note) => `<p class="note">${escaped(note)}</p>`).join("\n")}
${picture(outcome)}
</section>`;
}

/** Text between tags or in a quoted attribute. */
export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
