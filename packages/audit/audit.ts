import { printable } from "@metrics-link/contract";
import type { AuditFence, AuditOutcome } from "@metrics-link/release";
import { type Finding, type Severity, worst } from "@metrics-link/report";
import { addressFindings, exchangeFindings, pinnedAddressFindings } from "./checks/address.ts";
import { certificateFindings } from "./checks/certificates.ts";
import { envoyFindings } from "./checks/envoy.ts";
import { gateFindings } from "./checks/gate.ts";
import { hostFindings } from "./checks/host.ts";
import { snapshotFindings } from "./checks/snapshots.ts";
import { sourceFindings } from "./checks/source.ts";
import { rightsFindings } from "./checks/surroundings.ts";
import { labelFindings, trustFindings } from "./checks/trust.ts";
import type { AuditEvidence, StackEvidence } from "./evidence.ts";

/** Findings that belong together, for example one fence of one stack. */
interface Section {
  readonly stack: string;
  readonly title: string;
  readonly fence: AuditFence;
  /** What it proves, in a sentence. */
  readonly why: string;
  readonly findings: readonly Finding[];
}

export interface Audit {
  readonly verdict: Severity;
  readonly sections: readonly Section[];
}

/** Judges evidence. What the evidence does not know, the audit does not know either; an audit of nothing knows nothing. */
export function audit(evidence: AuditEvidence): Audit {
  const sections = receiversFirst(evidence.stacks).flatMap((stack) => sectionsOf(stack, evidence));
  return { sections, verdict: worst(sections.flatMap(({ findings }) => findings)) };
}

/** An audit asks its question of the receiver. */
export const receiversFirst = (stacks: readonly StackEvidence[]): StackEvidence[] =>
  [...stacks].sort((a, b) => Number(isSender(a)) - Number(isSender(b)));

const isSender = ({ configuration }: StackEvidence) => configuration.role === "sender";

/** 0 all checks passed, 1 something is wrong, 3 something is not known. */
export const exitCodes: Readonly<Record<Severity, number>> = { ok: 0, warning: 0, critical: 1, "not known": 3 };

/** Every finding of a severity, and the title of its section. */
export const findingsOf = ({ sections }: Audit, severity: Severity) =>
  sections.flatMap(({ title, findings }) =>
    findings.filter((one) => one.severity === severity).map((one) => ({ title, ...one })),
  );

/** What is on top of the page, for a terminal. A finding is one line, whatever a peer or a host says of itself. */
export function summary(judged: Audit): string {
  const lines = (["critical", "not known"] as const).flatMap((severity) =>
    findingsOf(judged, severity).map(({ title, subject, what }) =>
      // Our own messages may have several lines.
      printable(`${severity}: ${title}, ${subject}: ${what.replaceAll(/\s*\n\s*/g, " ")}`),
    ),
  );
  return [...lines, `${findingsOf(judged, "ok").length} checks passed, ${lines.length} did not`].join("\n");
}

/** The values of the metrics by which a host exports how its audit ended. */
const exported = { ok: "fine", critical: "finding", "not known": "not known" } as const;

/** How an audit ended for one of its stacks, for the host of that stack. */
export function outcomeOf({ sections }: Audit, stack: string, takenAt: string): AuditOutcome {
  const own = sections.filter((section) => section.stack === stack);
  const checks = { fine: 0, finding: 0, "not known": 0 };
  const findings = own.flatMap(({ fence, findings: all }) =>
    all.flatMap(({ subject, severity }) => {
      if (severity !== "warning") checks[exported[severity]] += 1;
      return severity === "critical" ? [{ fence, about: subject }] : [];
    }),
  );
  return { takenAt, checks, findings };
}

function sectionsOf(stack: StackEvidence, evidence: AuditEvidence): Section[] {
  const sender = isSender(stack);
  const section = (title: string, fence: AuditFence, why: string, findings: readonly Finding[]): Section => ({
    stack: stack.stack,
    title: `${stack.stack}: ${title}`,
    fence,
    why,
    findings,
  });
  const addresses = [
    ...addressFindings(stack),
    ...exchangeFindings(stack),
    ...stack.peers.flatMap((peer) => pinnedAddressFindings(stack, peer)),
  ];
  const identities = [
    ...envoyFindings(stack),
    ...stack.peers.flatMap((peer) => [...trustFindings(stack, peer), ...labelFindings(stack, peer)]),
    ...gateFindings(stack),
  ];
  return [
    sender
      ? section(
          "fence 1, address",
          "address",
          "Samples come from one address, and the host can leave to the receiver alone.",
          addresses,
        )
      : section(
          "fence 1, address",
          "address",
          "A packet from any other address is dropped before a byte of TLS.",
          addresses,
        ),
    sender
      ? section(
          "fence 3, server identity",
          "server identity",
          "The sender sends to nobody without a certificate of the receiver's root with its exact name.",
          identities,
        )
      : section(
          "fence 2, client identity",
          "client identity",
          "A client needs a certificate of that sender's root with its exact name, and that sender's address.",
          identities,
        ),
    section(
      "rights in AWS",
      "none",
      "The host may read its own releases and its own secret; only the deployer may change them.",
      rightsFindings(stack),
    ),
    section(
      "own certificates",
      "none",
      "What this side shows to its peer.",
      certificateFindings(stack, evidence.takenAt),
    ),
    section(
      "the host",
      "none",
      "The host runs what its release says, and the release is the one in the state.",
      hostFindings(stack, evidence.takenAt),
    ),
    section(
      "the data volume",
      "none",
      "What the host stores outlives its volume, as of the newest snapshot.",
      snapshotFindings(stack, evidence.takenAt),
    ),
    section("source control", "none", "What was reviewed is what is deployed.", sourceFindings(stack, evidence)),
  ];
}
