import { alertSettings } from "@metrics-link/prometheus";
import type { EvidencePart } from "@metrics-link/release";
import { clock } from "@metrics-link/report/chart/ticks.ts";
import { told } from "@metrics-link/report/chart/units.ts";
import type { Alert, Certificate, Comparison, Host, Link, Reading } from "./reading.ts";

/** What cannot be seen is never fine. */
export type State = "fine" | "look" | "not known" | "wrong";

export interface Statement {
  readonly state: State;
  readonly text: string;
}

export interface Verdict {
  readonly state: State;
  readonly headline: string;
  /** The worst first. */
  readonly statements: readonly Statement[];
}

/** What a reading means, in words. */
export function verdictOf(reading: Reading): Verdict {
  const { hosts, links, comparison, span } = reading;
  const statements = [
    ...judge("The link", links, (found) => linkStatements(found, span.until)),
    ...(comparison === undefined ? [] : judge("Whether samples are missing", comparison, comparisonStatements)),
    ...judge("The hosts", hosts, (found) => hostStatements(found, span.until)),
    ...alertStatements(reading),
    ...panelStatements(reading),
  ].toSorted((one, other) => badness.indexOf(one.state) - badness.indexOf(other.state));
  const state = statements[0]?.state ?? "not known";
  return { state, headline: headlineOf(statements), statements };
}

const badness: readonly State[] = ["wrong", "not known", "look", "fine"];

function headlineOf(statements: readonly Statement[]): string {
  const things = (state: State) => {
    const count = statements.filter((one) => one.state === state).length;
    return count === 1 ? "1 thing is" : `${count} things are`;
  };
  const told = badness
    .filter((state) => state !== "fine" && statements.some((one) => one.state === state))
    .map((state) => `${things(state)} ${state === "look" ? "to be looked at" : state}`);
  return told.length === 0 ? "The link is up and nothing is wrong" : told.join(", ");
}

function judge<Value>(
  subject: string,
  evidence: EvidencePart<Value>,
  look: (value: Value) => Statement[],
): Statement[] {
  return "value" in evidence ? look(evidence.value) : [{ state: "not known", text: `${subject}: ${evidence.error}.` }];
}

/** A scrape, the time that a batch waits, and some patience; an alert fires much later. */
const upToDateSeconds = 30;

/** A lag of more than thirty years is one behind no sample at all. */
const sinceTheEpoch = 1e9;

function linkStatements(links: readonly Link[], now: number): Statement[] {
  if (links.length === 0) return [{ state: "wrong", text: "No sender was heard of in the last two hours." }];
  return links.flatMap((link) => [linkStatement(link, now), ...vouchStatements(link, now)]);
}

function linkStatement({ sender, lag, heardAt }: Link, now: number): Statement {
  if (lag === undefined) {
    const state = now - heardAt < upToDateSeconds ? "not known" : "wrong";
    return {
      state,
      text: `The ${sender} does not say how far the receiver is behind; last heard at ${clock(heardAt)}.`,
    };
  }
  if (lag > sinceTheEpoch) {
    return { state: "wrong", text: `Nothing of the ${sender} was acknowledged since its Prometheus started.` };
  }
  const behind = `the newest acknowledged sample of the ${sender} is ${told("s", lag)} behind the newest stored one`;
  return lag <= upToDateSeconds
    ? { state: "fine", text: `The link is up: ${behind}.` }
    : { state: "wrong", text: `The link is behind: ${behind}.` };
}

function vouchStatements({ sender, vouchedUntil }: Link, now: number): Statement[] {
  if (vouchedUntil === undefined) return [];
  const age = now - vouchedUntil;
  const text = `The repairer of the ${sender} vouches for the receiver's copy up to ${clock(vouchedUntil)}, ${told("s", age)} ago.`;
  return [{ state: age > alertSettings.RepairBehind.threshold ? "wrong" : "fine", text }];
}

function comparisonStatements({ seconds, series, compared, missing, different, unexpected }: Comparison): Statement[] {
  if (compared === 0) return [{ state: "not known", text: "No raw samples could be compared yet." }];
  const both = `raw samples of both sides, last ${seconds} s: ${compared} of ${series} series compared`;
  return missing + different + unexpected === 0
    ? [{ state: "fine", text: `Nothing is missing: ${both}, all equal.` }]
    : [
        {
          state: "wrong",
          text: `Not everything has arrived as it was sent: ${both}, ${missing} missing, ${different} different, ${unexpected} unexpected.`,
        },
      ];
}

function hostStatements(hosts: readonly Host[], now: number): Statement[] {
  const sides = ["receiver", "sender"].filter((side) => !hosts.some(({ name }) => name.startsWith(side)));
  return [
    ...sides.map((side): Statement => ({ state: "not known", text: `No agent of a ${side} tells of its host.` })),
    ...hosts.flatMap((host) => [agentStatement(host, now), ...expired(host, now)]),
  ];
}

function agentStatement({ name, outcome, ranAt }: Host, now: number): Statement {
  const agent = `The agent of the ${name}`;
  if (outcome === undefined) return { state: "not known", text: `${agent} does not say how its last run ended.` };
  const age = ranAt === undefined ? 0 : now - ranAt;
  return age > alertSettings.AgentSilent.threshold
    ? { state: "wrong", text: `${agent} ran last ${told("s", age)} ago: ${words(outcome)}.` }
    : { state: stateOfOutcome(outcome), text: `${agent}: ${words(outcome)}.` };
}

export function stateOfOutcome(outcome: string | undefined): State {
  if (outcome === undefined) return "not known";
  if (outcome === "converged") return "fine";
  return outcome === "held" ? "look" : "wrong";
}

function expired({ name, certificates }: Host, now: number): Statement[] {
  return certificates.flatMap((certificate) => {
    const state = stateOfCertificate(certificate, now);
    const left = certificate.notAfter - now;
    const text = left <= 0 ? "has expired" : `has ${told("s", left)} left`;
    return state === "fine" ? [] : [{ state, text: `The ${certificate.tier} certificate on the ${name} ${text}.` }];
  });
}

/** By the thresholds of the alerts. */
export function stateOfCertificate({ tier, notAfter }: Certificate, now: number): State {
  if (notAfter <= now) return "wrong";
  const threshold =
    tier === "leaf" ? alertSettings.LeafRenewalOverdue.threshold : alertSettings.AuthorityExpiring.threshold;
  return notAfter - now < threshold ? "look" : "fine";
}

function alertStatements({ alerts }: Reading): Statement[] {
  const told = [
    ...judge("What fires at the receiver", alerts.receiver, (found) => found.map(alertStatement)),
    ...judge("What fires at the senders", alerts.senders, (found) => found.map(alertStatement)),
  ];
  return told.length === 0 ? [{ state: "fine", text: "No alert fires." }] : told;
}

const alertStatement = ({ host, name, severity, summary }: Alert): Statement => ({
  state: stateOfSeverity(severity),
  text: `${name} (${severity}) of the ${host} fires${summary === undefined ? "." : `: ${summary}`}`,
});

/** The worst first. */
export const bySeverity = (one: Alert, other: Alert): number =>
  severities.indexOf(one.severity) - severities.indexOf(other.severity) || one.name.localeCompare(other.name);

const severities = ["critical", "warning", "info"];

export function stateOfSeverity(severity: string): State {
  if (severity === "critical") return "wrong";
  return severity === "info" ? "fine" : "look";
}

/** What the panels ought to tell of the present and do not. Why a panel could not be read stands in its place. */
function panelStatements({ rows }: Reading): Statement[] {
  const silent = rows
    .flatMap(({ panels }) => panels)
    .filter(({ panel, series, lacking }) => "value" in series && lacking.length > 0 && panel.whenEmpty === undefined)
    .map(({ panel: { title, queries }, lacking }) =>
      lacking.length === queries.length ? title : `${title} (${lacking.join(", ")})`,
    );
  return silent.length === 0 ? [] : [{ state: "not known", text: `No data of the present: ${silent.join("; ")}.` }];
}

/** `rolledBack` as a person says it. */
export const words = (outcome: string): string => outcome.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
