import { alertSettings } from "@metrics-link/prometheus";
import type { EvidencePart } from "@metrics-link/release";
import {
  clock,
  count,
  type Finding,
  format,
  isInstant,
  ranked,
  type Severity,
  severities,
  type Verdict,
  worst,
} from "@metrics-link/report";
import type { Alert, Certificate, Comparison, Host, Link, Reading } from "./reading.ts";

/** What a reading means. */
export function verdictOf(reading: Reading): Verdict {
  const { hosts, links, comparison, alerts, span } = reading;
  const fired = [
    ...judge("alert", "What fires at the receiver", alerts.receiver, (found) => found.map(alertFinding)),
    ...judge("alert", "What fires at the senders", alerts.senders, (found) => found.map(alertFinding)),
  ];
  const findings = ranked([
    ...judge("link", "The link", links, (found) => linkFindings(found, span.until)),
    ...(comparison === undefined ? [] : judge("samples", "Missing samples", comparison, comparisonFindings)),
    ...judge("host", "The hosts", hosts, (found) => hostFindings(found, span.until)),
    ...(fired.length === 0 ? [finding("ok", "alert", "No alert fires.")] : fired),
    ...panelFindings(reading),
  ]);
  return { severity: worst(findings), headline: headlineOf(findings), findings };
}

const finding = (severity: Severity, subject: string, what: string): Finding => ({ severity, subject, what });

function headlineOf(findings: readonly Finding[]): string {
  const counts = severities.flatMap((severity) => {
    const number = findings.filter((one) => one.severity === severity).length;
    if (severity === "ok" || number === 0) return [];
    return [severity === "warning" ? count(number, "warning") : `${number} ${severity}`];
  });
  return counts.length === 0 ? "The link is up and nothing is wrong" : counts.join(", ");
}

function judge<Value>(
  subject: string,
  what: string,
  evidence: EvidencePart<Value>,
  look: (value: Value) => Finding[],
): Finding[] {
  return "value" in evidence ? look(evidence.value) : [finding("not known", subject, `${what}: ${evidence.error}.`)];
}

/** A scrape, the time that a batch waits, and some patience; an alert fires much later. */
const upToDateSeconds = 30;

/** How far the clocks of two hosts may differ before what one says of the present is not believed. */
const clockSkewSeconds = 60;

/** Whether a host may have exported this as an instant of its past. A sender's series hold what the sender likes. */
export const isPast = (instant: number, now: number): boolean =>
  isInstant(instant) && instant <= now + clockSkewSeconds;

/** A lag of more than thirty years: no sample was acknowledged at all. */
const sinceTheEpoch = 1e9;

function linkFindings(links: readonly Link[], now: number): Finding[] {
  if (links.length === 0) return [finding("critical", "link", "No samples from any sender in the last two hours.")];
  return links.flatMap((link) => [linkFinding(link, now), ...watermarkFindings(link, now)]);
}

function linkFinding({ sender, lag, healthyLag = 0, heardAt }: Link, now: number): Finding {
  if (lag === undefined) {
    const severity = now - heardAt < upToDateSeconds ? "not known" : "critical";
    return finding(
      severity,
      "link",
      `The lag of the ${sender} is not known; its last sample is from ${clock(heardAt)}.`,
    );
  }
  if (!(lag >= -clockSkewSeconds) || lag === Number.POSITIVE_INFINITY) {
    return finding("not known", "link", `The ${sender} exports an impossible lag: ${format("s", lag)}.`);
  }
  if (lag > sinceTheEpoch) {
    return finding("critical", "link", `No sample of the ${sender} was acknowledged since its Prometheus started.`);
  }
  const behind = `the newest acknowledged sample of the ${sender} is ${format("s", lag)} behind the newest stored one`;
  return lag <= Math.max(upToDateSeconds, healthyLag)
    ? finding("ok", "link", `The link is up: ${behind}.`)
    : finding("critical", "link", `The link is behind: ${behind}.`);
}

function watermarkFindings({ sender, watermark, backfill }: Link, now: number): Finding[] {
  if (watermark === undefined) return [];
  if (!isPast(watermark, now)) {
    return [finding("not known", "delivery watermark", `The ${sender} exports an impossible delivery watermark.`)];
  }
  const age = now - watermark;
  const what =
    `The receiver has everything that the ${sender} stored up to ${clock(watermark)}, ${format("s", age)} ago.` +
    (backfill === undefined ? "" : ` ${backfillOf(backfill)}`);
  return [finding(age > alertSettings.RepairBehind.threshold ? "critical" : "ok", "delivery watermark", what)];
}

function backfillOf({ done, secondsLeft }: NonNullable<Link["backfill"]>): string {
  const left = secondsLeft === undefined ? "" : `, about ${format("s", secondsLeft)} left`;
  return `A backfill is ${Math.floor(done * 100)}% done${left}.`;
}

function comparisonFindings({ seconds, series, compared, missing, different, unexpected }: Comparison): Finding[] {
  if (compared === 0) return [finding("not known", "samples", "No raw samples could be compared yet.")];
  const both = `raw samples of both sides, last ${seconds} s: ${compared} samples of ${series} series compared`;
  return missing + different + unexpected === 0
    ? [finding("ok", "samples", `Nothing is missing: ${both}, all equal.`)]
    : [
        finding(
          "critical",
          "samples",
          `Samples differ: ${both}, ${missing} missing, ${different} different, ${unexpected} unexpected.`,
        ),
      ];
}

function hostFindings(hosts: readonly Host[], now: number): Finding[] {
  const sides = ["receiver", "sender"].filter((side) => !hosts.some(({ name }) => name.startsWith(side)));
  return [
    ...sides.map((side) => finding("not known", "host", `No host of a ${side} exports its state.`)),
    ...hosts.flatMap((host) => [agentFinding(host, now), ...expired(host, now)]),
  ];
}

function agentFinding({ name, outcome, ranAt }: Host, now: number): Finding {
  const agent = `The agent of the ${name}`;
  if (outcome === undefined) return finding("not known", "agent", `${agent} exports no outcome of its last run.`);
  if (ranAt === undefined || !isPast(ranAt, now)) {
    return finding("not known", "agent", `${agent} exports no possible time of its last run.`);
  }
  const age = now - ranAt;
  return age > alertSettings.AgentSilent.threshold
    ? finding("critical", "agent", `${agent} last ran ${format("s", age)} ago: ${words(outcome)}.`)
    : finding(severityOfOutcome(outcome), "agent", `${agent}: ${words(outcome)}.`);
}

export function severityOfOutcome(outcome: string | undefined): Severity {
  if (outcome === undefined) return "not known";
  if (outcome === "converged") return "ok";
  return outcome === "held" ? "warning" : "critical";
}

function expired({ name, certificates }: Host, now: number): Finding[] {
  return certificates.flatMap((certificate) => {
    const severity = severityOfCertificate(certificate, now);
    const left = certificate.notAfter - now;
    const state = left <= 0 ? "has expired" : `has ${format("s", left)} left`;
    const known = isInstant(certificate.notAfter) ? state : "has an impossible end";
    const what = `The ${certificate.tier} certificate on the ${name} ${known}.`;
    return severity === "ok" ? [] : [finding(severity, "certificate", what)];
  });
}

/** By the thresholds of the alerts. */
export function severityOfCertificate({ tier, notAfter }: Certificate, now: number): Severity {
  if (!isInstant(notAfter)) return "not known";
  if (notAfter <= now) return "critical";
  const { LeafRenewalOverdue, AuthorityExpiring } = alertSettings;
  return notAfter - now < (tier === "leaf" ? LeafRenewalOverdue : AuthorityExpiring).threshold ? "warning" : "ok";
}

const alertFinding = ({ host, name, severity, summary }: Alert): Finding =>
  finding(
    severityOfAlert(severity),
    "alert",
    `${name} (${severity}) of the ${host} fires${summary === undefined ? "." : `: ${summary}`}`,
  );

/** The worst first. */
export const bySeverity = (one: Alert, other: Alert): number =>
  alertSeverities.indexOf(one.severity) - alertSeverities.indexOf(other.severity) || one.name.localeCompare(other.name);

const alertSeverities = ["critical", "warning", "info"];

export function severityOfAlert(severity: string): Severity {
  if (severity === "critical") return "critical";
  return severity === "info" ? "ok" : "warning";
}

/** Panels without the current values that they ought to have. Why a panel could not be read stands in its place. */
function panelFindings({ rows }: Reading): Finding[] {
  const silent = rows
    .flatMap(({ panels }) => panels)
    .filter(({ panel, series, lacking }) => "value" in series && lacking.length > 0 && panel.whenEmpty === undefined)
    .map(({ panel: { title, queries }, lacking }) =>
      lacking.length === queries.length ? title : `${title} (${lacking.join(", ")})`,
    );
  return silent.length === 0 ? [] : [finding("not known", "panels", `No current data: ${silent.join("; ")}.`)];
}

/** `rolledBack` as "rolled back". */
export const words = (outcome: string): string => outcome.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
