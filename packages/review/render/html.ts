import { page } from "@metrics-link/report/document.ts";
import { html, type Markup } from "@metrics-link/report/markup.ts";
import type { PolicyOutcome, PolicyResult } from "../policies.ts";
import type { Outcome, Verdict } from "../verdict.ts";
import { askEntries, comparisonSummary, configurationEntries, type Entry, sourceEntries } from "./program-words.ts";
import { style } from "./style.ts";
import {
  changeCounts,
  changeDetail,
  deviationState,
  headline,
  isLoud,
  kindOfThing,
  outcomeCounts,
  type Section,
  sectionsOf,
  shortTitles,
  where,
} from "./words.ts";

/** A review as one page for a person: nothing is fetched, it is light or dark as the reader's machine is, and it prints. */
export function renderHtml(verdict: Verdict): string {
  return page(
    { title: `Review of ${verdict.stack}: ${verdict.outcome}`, style },
    html`<header class="${tones[verdict.outcome]}">
<h1>${verdict.stack}</h1>
<p class="outcome">${headline(verdict)}</p>
<p>Preview of <time datetime="${verdict.at}">${verdict.at.slice(0, 16).replace("T", " ")} UTC</time>. ${changeCounts(verdict)}.
Policies: ${outcomeCounts(verdict.policies) || "none"}.</p>
</header>
<main>
${failures(verdict)}
${errors(verdict)}
${warnings(verdict)}
${program(verdict)}
${setAside(verdict)}
${changes(verdict)}
${deviations(verdict)}
${sectionsOf(verdict).map(section)}
</main>`,
  );
}

const tones: Readonly<Record<Outcome | PolicyOutcome, string>> = {
  passed: "good",
  failed: "bad",
  incomplete: "open",
  "not run": "open",
  undecided: "open",
  deviates: "open",
  advised: "open",
  "not met": "idle",
};

function failures({ failures: found }: Verdict): Markup {
  if (found.length === 0) return html``;
  return html`<section><h2>Findings</h2>
${found.map(
  ({ rule, resource, what, remedy }) => html`<article class="bad">
<h3>${where(resource)}</h3><p>${what}</p><p><b>Remedy.</b> ${remedy}</p><p class="small"><code>${rule}</code></p>
</article>`,
)}</section>`;
}

function errors({ errors: found }: Verdict): Markup {
  if (found.length === 0) return html``;
  return html`<section><h2>What the preview complains of</h2>${found.map((error) => html`<pre>${error}</pre>`)}</section>`;
}

function warnings({ warnings: found }: Verdict): Markup {
  if (found.length === 0) return html``;
  return html`<section><h2>Warnings of the program</h2>${found.map((warning) => html`<pre>${warning}</pre>`)}</section>`;
}

function program(verdict: Verdict): Markup {
  const { comparison } = verdict;
  return html`<section><h2>Changes of the program</h2><p>${comparisonSummary(verdict)}</p>
${entries("In its source", sourceEntries(comparison))}
${entries("In what it asks of Pulumi", askEntries(comparison))}
${entries("Changes of the configuration", configurationEntries(comparison))}</section>`;
}

function entries(title: string, list: readonly Entry[]): Markup {
  if (list.length === 0) return html``;
  const side = (kind: "before" | "after", text: string | undefined) =>
    text === undefined ? "" : html`<pre class="${kind}">${text}</pre>`;
  return html`<h3>${title}</h3>${list.map(
    ({ where: place, before, after }) => html`<div class="entry"><code>${place}</code>
${side("before", before)}${side("after", after)}</div>`,
  )}`;
}

function setAside({ setAside: found }: Verdict): Markup {
  if (found.length === 0) return html``;
  const rows = found.map(
    ({ key, value, what }) => html`<tr><td><code>${key}</code></td><td><code>${value}</code></td><td>${what}</td></tr>`,
  );
  return html`<section><h2>Set aside by the configuration</h2>${table(["Key", "Is", "What it does without"], rows)}</section>`;
}

function changes(verdict: Verdict): Markup {
  if (verdict.changes.length === 0) return html``;
  const rows = verdict.changes.map(
    (change) => html`<tr class="${isLoud(change) ? "loud" : ""}">
<td><b>${change.kind}</b></td><td><code>${change.name}</code><br><span class="small">${kindOfThing(change)}</span></td>
<td>${changeDetail(change)}</td></tr>`,
  );
  return html`<section><h2>Changes</h2>${table(["", "Resource", "Why"], rows)}</section>`;
}

function deviations({ deviations: found }: Verdict): Markup {
  if (found.length === 0) return html``;
  const rows = found.map(
    (one) => html`<tr class="${one.expired || !one.known ? "loud" : ""}">
<td><code>${one.policy}</code></td><td>${deviationState(one)}</td><td>${one.reason}</td></tr>`,
  );
  return html`<section><h2>Deviations</h2>${table(["Policy", "Until", "Reason"], rows)}</section>`;
}

function section({ title, evidence, policies }: Section): Markup {
  const rows = evidence.map(
    ({ subject, value, source }) => html`<tr>
<td>${subject}</td><td>${value.split("; ").map((line) => html`<div>${line}</div>`)}</td><td class="small"><code>${source}</code></td></tr>`,
  );
  return html`<section><h2>${title}</h2>
${rows.length === 0 ? "" : table(["What", "Is", "Said by"], rows)}
${policies.map(policyOf)}</section>`;
}

/** Closed when there is nothing to look at: the reasons of what passed are for whoever asks. */
function policyOf({ name, rule, reason, remedy, source, outcome, said, passedOn }: PolicyResult): Markup {
  const opened = said.length === 0 ? "" : html` open`;
  return html`<details class="policy ${tones[outcome]}"${opened}>
<summary><span class="badge">${shortTitles[outcome]}</span> ${rule || name}</summary>
${said.map(({ resource, message }) => html`<p><b>${where(resource)}</b>: ${message}</p>`)}
<p class="small">${reason} ${remedy}</p>
<p class="small"><code>${name}</code> ${source}${passedOn.length === 0 ? "" : `; passed on ${passedOn.join(", ")}`}</p>
</details>`;
}

const table = (head: readonly string[], rows: readonly Markup[]) => html`<div class="wide"><table>
<thead><tr>${head.map((one) => html`<th>${one}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;
