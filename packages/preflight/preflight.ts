import {
  badge,
  count,
  type Finding,
  type Report,
  ranked,
  type Severity,
  section,
  table,
  text,
  type Verdict,
  worst,
} from "@metrics-link/report";
import { identityFindings, zonesFinding } from "./checks/access.ts";
import { hostFindings } from "./checks/host.ts";
import { exchangeMachineFindings, machineFindings } from "./checks/machine.ts";
import { exchangeQuotaFinding, quotaFindings } from "./checks/quotas.ts";
import { exchangeServiceFindings, serviceFindings } from "./checks/services.ts";
import { connectionFindings } from "./checks/ways.ts";
import { costOf, type PriceTable } from "./cost.ts";
import { type Evidence, type ExchangeEvidence, isOfExchange } from "./evidence.ts";

/** Findings by what they are about. */
export interface Preflight {
  readonly verdict: Verdict;
  readonly sections: readonly { readonly title: string; readonly findings: readonly Finding[] }[];
}

/** Judges what was read. What could not be read is not known, and never passed. */
export function preflight(evidence: Evidence | ExchangeEvidence): Preflight {
  const sections = isOfExchange(evidence) ? sectionsOfExchange(evidence) : sectionsOfHost(evidence);
  const all = sections.flatMap(({ findings }) => findings);
  const of = (severity: Severity) => all.filter((one) => one.severity === severity).length;
  const severity = worst(all);
  const headline = {
    critical: `${count(of("critical"), "thing")} would stop the update`,
    "not known": `${count(of("not known"), "thing")} could not be read: nobody knows whether the update would go through`,
    warning: `nothing that would stop the update was found; ${count(of("warning"), "warning")}`,
    ok: "nothing that would stop the update was found",
  }[severity];
  return {
    sections: sections.map(({ title, findings }) => ({ title, findings: together(findings) })),
    verdict: { severity, headline, findings: ranked(together(all).filter((one) => one.severity !== "ok")) },
  };
}

const sectionsOfHost = (evidence: Evidence) => [
  { title: "Access", findings: [...identityFindings(evidence), zonesFinding(evidence)] },
  { title: "Quotas", findings: quotaFindings(evidence) },
  { title: "Host", findings: hostFindings(evidence) },
  { title: "Services", findings: [...serviceFindings(evidence), ...connectionFindings(evidence)] },
  { title: "This machine", findings: machineFindings(evidence) },
];

/** An exchange stack has addresses and shows certificates: it has no host, no network and no names. */
const sectionsOfExchange = (evidence: ExchangeEvidence) => [
  { title: "Access", findings: identityFindings(evidence) },
  { title: "Quotas", findings: [exchangeQuotaFinding(evidence)] },
  { title: "Services", findings: exchangeServiceFindings(evidence) },
  { title: "This machine", findings: exchangeMachineFindings(evidence) },
];

/** Findings that are not known for one reason, such as a login that ended, as one finding at the place of the first. */
function together(findings: readonly Finding[]): Finding[] {
  const byReason = new Map<unknown, Finding>();
  for (const finding of findings) {
    const reason = finding.severity === "not known" ? JSON.stringify([finding.what, finding.remedy]) : finding;
    const first = byReason.get(reason);
    byReason.set(reason, first ? { ...first, subject: `${first.subject}, ${finding.subject}` } : finding);
  }
  return [...byReason.values()];
}

/** 0 nothing stops the update, 1 something does, 3 something is not known. */
export const exitCodes = { ok: 0, warning: 0, critical: 1, "not known": 3 } as const satisfies Record<Severity, number>;

/** The report of a preflight, with what the stack costs. */
export function reportOf(
  evidence: Evidence | ExchangeEvidence,
  { verdict, sections }: Preflight,
  prices: PriceTable,
): Report {
  const { stack, takenAt } = evidence;
  return {
    title: `Preflight of ${stack}`,
    intro: `${stack}, ${takenAt}. Reads only.`,
    verdict,
    blocks: [
      ...sections.map(({ title, findings }) =>
        section(title, [
          table(
            ["", "Check", "Seen"],
            findings.map(({ severity, subject, what }) => [badge(severity, severity), subject, what]),
          ),
        ]),
      ),
      section("Cost a month", costBlocks(evidence, prices)),
    ],
  };
}

const money = (amount: number | undefined) => (amount === undefined ? "not known" : amount.toFixed(2));

function costBlocks(evidence: Evidence | ExchangeEvidence, prices: PriceTable) {
  const { asOf, source, currency, regions } = prices;
  if (isOfExchange(evidence)) {
    return [text(`Its addresses are in the cost of ${evidence.configuration.shows.stack}.`)];
  }
  const cost = costOf(evidence.configuration, prices);
  const from = text(`Prices of ${asOf}, packages/preflight/prices.json: ${source}.`);
  if (cost === undefined) {
    const known = Object.keys(regions).join(", ");
    return [
      text(
        `Not known: the price table has no prices of ${evidence.configuration.account.region}, only of ${known}. None is guessed.`,
      ),
      from,
    ];
  }
  const { items, sum, byUse, unknown } = cost;
  return [
    table(
      ["Billed by the hour", "Number", { title: currency, align: "right" }],
      [
        ...items.map(({ what, amount, monthly }) => [what, amount, money(monthly)]),
        [unknown.length === 0 ? "Together" : "Together, without what is not known", "", money(sum)],
      ],
    ),
    ...(unknown.length === 0 ? [] : [text(`The price table does not have: ${unknown.join(", ")}.`)]),
    text(`Billed by use, not in the sum: ${byUse.join("; ")}.`),
    from,
  ];
}
