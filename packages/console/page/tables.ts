import type { EvidencePart } from "@metrics-link/release";
import { told } from "@metrics-link/report/chart/units.ts";
import { html, type Markup, type Part } from "@metrics-link/report/markup.ts";
import type { Alert, Certificate, Reading } from "../reading.ts";
import { bySeverity, stateOfCertificate, stateOfOutcome, stateOfSeverity, words } from "../verdict.ts";
import { toneOf } from "./tone.ts";

/** Each host with its release and what its agent says. */
export const hostsSection = ({ hosts, span }: Reading): Markup =>
  section("Hosts", hosts, (found) =>
    table(
      ["Host", "Agent", "Its last run", "Release"],
      found.map(({ name, outcome, ranAt, release }) => [
        html`<b>${name}</b>`,
        html`<span class="tone ${toneOf[stateOfOutcome(outcome)]}">${outcome === undefined ? "not known" : words(outcome)}</span>`,
        ranAt === undefined ? "not known" : `${told("s", span.until - ranAt)} ago`,
        release ? html`<code>${release.slice(0, 12)}</code>` : "none",
      ]),
    ),
  );

/** What fires, with the page of the repository that says what to do. */
export function alertsSection({ alerts }: Reading): Markup {
  const parts = [alerts.receiver, alerts.senders];
  const found = parts.flatMap((one) => ("value" in one ? one.value : [])).toSorted(bySeverity);
  const errors = new Set(parts.flatMap((one) => ("error" in one ? [one.error] : [])));
  return html`<section><h2>Alerts that fire</h2>
${[...errors].map(notKnown)}
${found.length > 0 ? alertTable(found) : errors.size === 0 ? html`<p>None.</p>` : ""}</section>`;
}

const alertTable = (alerts: readonly Alert[]): Markup =>
  table(
    ["Alert", "Severity", "Host", "Says", "What to do"],
    alerts.map(({ name, severity, host, summary, runbook }) => [
      html`<b>${name}</b>`,
      html`<span class="tone ${toneOf[stateOfSeverity(severity)]}">${severity}</span>`,
      host,
      summary ?? html`<span class="quiet">only its own Prometheus has the words</span>`,
      runbook === undefined ? "" : html`<code>${runbook}</code>`,
    ]),
  );

const tiers = ["leaf", "intermediate", "root", "peer root"] as const;

/** How long each certificate of each host is still valid. A host has two of a tier while it rotates. */
export const certificatesSection = ({ hosts, span }: Reading): Markup =>
  section("Certificates", hosts, (found) =>
    table(
      ["Host", ...tiers.map((tier) => (tier === "peer root" ? "the peer's root" : tier))],
      found.map(({ name, certificates }) => [
        html`<b>${name}</b>`,
        ...tiers.map((tier) => {
          const ofTier = certificates.filter((one) => one.tier === tier);
          return ofTier.length === 0 ? "not known" : ofTier.map((one) => validity(one, span.until));
        }),
      ]),
    ),
  );

function validity(certificate: Certificate, now: number): Markup {
  const days = Math.floor((certificate.notAfter - now) / 86_400);
  const until = new Date(certificate.notAfter * 1000).toISOString().slice(0, 10);
  const tone = toneOf[stateOfCertificate(certificate, now)];
  return html`<div><span class="tone ${tone}">${days} days</span> <span class="quiet small">until ${until}</span></div>`;
}

function section<Value>(title: string, evidence: EvidencePart<Value>, show: (value: Value) => Part): Markup {
  return html`<section><h2>${title}</h2>
${"error" in evidence ? notKnown(evidence.error) : show(evidence.value)}</section>`;
}

const notKnown = (error: string) => html`<p class="open"><b class="tone">not known</b> ${error}</p>`;

/** On a telephone each cell carries its heading itself. */
const table = (head: readonly string[], rows: readonly (readonly Part[])[]): Markup => html`<table class="stacks">
<thead><tr>${head.map((one) => html`<th>${one}</th>`)}</tr></thead>
<tbody>${rows.map(
  (cells) => html`<tr>${cells.map((cell, index) => html`<td data-label="${head[index]}">${cell}</td>`)}</tr>`,
)}</tbody></table>`;
