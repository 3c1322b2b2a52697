import type { AuditFence } from "@metrics-link/release";
import { addressRows } from "./checks/address.ts";
import { certificateRows } from "./checks/certificates.ts";
import { envoyRows } from "./checks/envoy.ts";
import { hostRows } from "./checks/host.ts";
import { pinnedAddressRows } from "./checks/pinned-addresses.ts";
import { sourceRows } from "./checks/source.ts";
import { trustRows } from "./checks/trust.ts";
import type { AuditEvidence, StackEvidence } from "./evidence.ts";
import type { Row, Status } from "./rows.ts";

/** Rows that belong together, for example one fence at one end. */
export interface Section {
  readonly stack: string;
  readonly title: string;
  readonly fence: AuditFence;
  /** What it proves, in a sentence. */
  readonly why: string;
  readonly rows: readonly Row[];
}

export interface Audit {
  readonly verdict: Status;
  readonly sections: readonly Section[];
}

/** Judges evidence. What the evidence does not know, the audit does not know either. */
export function audit(evidence: AuditEvidence): Audit {
  const sections = receiversFirst(evidence.stacks).flatMap((stack) => sectionsOf(stack, evidence));
  const statuses = sections.flatMap(({ rows }) => rows.map(({ status }) => status));
  const verdict = (["finding", "not known"] as const).find((status) => statuses.includes(status));
  // An audit of nothing has seen nothing.
  return { sections, verdict: verdict ?? (statuses.length === 0 ? "not known" : "fine") };
}

/** The question of an audit is asked of the receiver. */
export const receiversFirst = (stacks: readonly StackEvidence[]): StackEvidence[] =>
  [...stacks].sort((a, b) => Number(isSender(a)) - Number(isSender(b)));

const isSender = ({ configuration }: StackEvidence) => configuration.role === "sender";

/** 0 fine, 1 something is wrong, 3 something is not known. */
export const exitCodes: Readonly<Record<Status, number>> = { fine: 0, finding: 1, "not known": 3 };

/** Every row with a status, and the section that it stands in. */
export const rowsWith = ({ sections }: Audit, status: Status) =>
  sections.flatMap(({ title, rows }) => rows.filter((row) => row.status === status).map((row) => ({ title, ...row })));

function sectionsOf(stack: StackEvidence, evidence: AuditEvidence): Section[] {
  const receives = !isSender(stack);
  const about = (text: string, fence: AuditFence = "none") => ({
    stack: stack.stack,
    title: `${stack.stack}: ${text}`,
    fence,
  });
  return [
    {
      ...about("fence 1, address", "address"),
      why: receives
        ? "A packet from any other address is dropped before a byte of TLS."
        : "Samples come from one address, and the host can leave to the receiver alone.",
      rows: [...addressRows(stack), ...stack.peers.flatMap((peer) => pinnedAddressRows(stack, peer))],
    },
    {
      ...(receives
        ? about("fence 2, client identity", "client identity")
        : about("fence 3, server identity", "server identity")),
      why: receives
        ? "Whoever gets a connection must hold a certificate of that sender's root, with its exact name, at its address."
        : "Nothing is sent to whoever does not hold a certificate of the receiver's root, with its exact name.",
      rows: [...envoyRows(stack), ...stack.peers.flatMap((peer) => trustRows(stack, peer))],
    },
    {
      ...about("own certificates"),
      why: "What this side shows to its peer.",
      rows: certificateRows(stack, evidence.takenAt),
    },
    {
      ...about("the host"),
      why: "What runs is what the release says, and the release is the one in the state.",
      rows: hostRows(stack),
    },
    {
      ...about("source control"),
      why: "What was reviewed is what there is.",
      rows: sourceRows(stack, evidence),
    },
  ];
}
