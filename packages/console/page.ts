import type { EvidencePart } from "@metrics-link/release";
import {
  type Block,
  badge,
  clock,
  code,
  dateOf,
  type Figure,
  format,
  type Inline,
  lineChart,
  lines,
  notKnown,
  quiet,
  renderHtml,
  type Span,
  section,
  shownBlocks,
  strong,
  table,
  text,
} from "@metrics-link/report";
import type { Alert, Certificate, PanelReading, Reading } from "./reading.ts";
import {
  bySeverity,
  isPast,
  severityOfAlert,
  severityOfCertificate,
  severityOfOutcome,
  verdictOf,
  words,
} from "./verdict.ts";

/**
 * A reading as one page: what it means, and every panel of the dashboard.
 * @param refreshSeconds for a page that is served: the browser loads it again after so long
 */
export function consolePage(reading: Reading, refreshSeconds?: number): string {
  const verdict = verdictOf(reading);
  const { from, until } = reading.span;
  const when = `${dateOf(until)} ${clock(until)} UTC`;
  const refresh = refreshSeconds === undefined ? "" : ` Refreshes every ${refreshSeconds} seconds.`;
  return renderHtml(
    {
      title: `metrics-link: ${verdict.headline}`,
      heading: "metrics-link",
      intro: `${when}; charts of the last ${Math.round((until - from) / 60)} minutes.${refresh}`,
      verdict,
      blocks: [hosts(reading), alerts(reading), certificates(reading), ...panelRows(reading)],
    },
    refreshSeconds,
  );
}

const read = <Value>(title: string, evidence: EvidencePart<Value>, show: (value: Value) => Block): Block =>
  section(
    title,
    shownBlocks(evidence, (value) => [show(value)]),
  );

/** Each host with its release and the last run of its agent. */
const hosts = ({ hosts: evidence, span }: Reading): Block =>
  read("Hosts", evidence, (found) =>
    table(
      ["Host", "Agent", "Last run", "Release"],
      found.map(({ name, outcome, ranAt, release }) => [
        strong(name),
        badge(severityOfOutcome(outcome), outcome === undefined ? "not known" : words(outcome)),
        ranAt === undefined || !isPast(ranAt, span.until) ? "not known" : `${format("s", span.until - ranAt)} ago`,
        release ? code(release.slice(0, 12)) : "none",
      ]),
    ),
  );

/** The firing alerts, each with its runbook. */
function alerts({ alerts: { receiver, senders } }: Reading): Block {
  const parts = [receiver, senders];
  const found = parts.flatMap((one) => ("value" in one ? one.value : [])).toSorted(bySeverity);
  const errors = new Set(parts.flatMap((one) => ("error" in one ? [one.error] : [])));
  const isEmpty = found.length === 0 && errors.size > 0;
  return section("Firing alerts", [
    ...[...errors].map((error) => text(notKnown(error))),
    ...(isEmpty ? [] : [table(["Alert", "Severity", "Host", "Summary", "Runbook"], found.map(alertCells))]),
  ]);
}

const alertCells = ({ name, severity, host, summary, runbook }: Alert): Inline[] => [
  strong(name),
  badge(severityOfAlert(severity), severity),
  host,
  summary ?? quiet("only the sender's own Prometheus has it"),
  runbook === undefined ? "" : code(runbook),
];

const tiers = ["leaf", "intermediate", "root", "peer root"] as const;

/** How long each certificate of each host is still valid. A host has two of a tier during a rotation. */
const certificates = ({ hosts: evidence, span }: Reading): Block =>
  read("Certificates", evidence, (found) =>
    table(
      ["Host", ...tiers.map((tier) => (tier === "peer root" ? "the peer's root" : tier))],
      found.map(({ name, certificates: all }) => [
        strong(name),
        ...tiers.map((tier) => {
          const ofTier = all.filter((one) => one.tier === tier);
          return ofTier.length === 0 ? "not known" : lines(...ofTier.map((one) => validity(one, span.until)));
        }),
      ]),
    ),
  );

function validity(certificate: Certificate, now: number): Inline {
  const severity = severityOfCertificate(certificate, now);
  if (severity === "not known") return [badge(severity, "not known")];
  const days = Math.floor((certificate.notAfter - now) / 86_400);
  return [badge(severity, `${days} days`), ` until ${dateOf(certificate.notAfter)}`];
}

/** The rows of the dashboard, in its order. */
const panelRows = ({ rows, span }: Reading): Block[] =>
  rows.map(({ title, panels }) =>
    section(title, [{ kind: "figures", figures: panels.map((panel) => figureOf(panel, span)) }]),
  );

const figureOf = (reading: PanelReading, span: Span): Figure => ({
  title: reading.panel.title,
  description: reading.panel.description,
  body: bodyOf(reading, span),
  ...(reading.ofSender && { note: "From the sender's own Prometheus: the receiver has no current value." }),
});

function bodyOf({ panel: { title, unit, whenEmpty }, series }: PanelReading, span: Span): Figure["body"] {
  if ("error" in series) return { tone: "not known", badge: "not known", text: series.error };
  if (series.value.length > 0) return lineChart({ title, unit, span, series: series.value });
  if (whenEmpty !== undefined) return { tone: "ok", text: whenEmpty };
  return { tone: "not known", badge: "no data", text: "Prometheus has no such series in this time." };
}
