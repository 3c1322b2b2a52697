import { z } from "zod";
import { unpacked } from "./evidence.ts";

/** What a finding is of: one of the three fences, or anything else. */
export const auditFences = ["address", "client identity", "server identity", "none"] as const;

/** The check that looks whether a sender's samples come from its one pinned address; its alert goes by the name. */
export const egressCheck = "the address that samples come from";

/** More are counted and not named: a label for each would make a series for each. */
const mostNamed = 40;
const longestName = 120;

const schema = z.object({
  takenAt: z.iso.datetime(),
  checks: z.object({ fine: z.int().min(0), finding: z.int().min(0), "not known": z.int().min(0) }),
  findings: z
    .array(z.object({ fence: z.enum(auditFences), about: z.string().max(longestName) }))
    .max(mostNamed)
    // Two series of the same labels are none: node_exporter refuses the whole file.
    .refine((all) => new Set(all.map(({ fence, about }) => `${fence} ${about}`)).size === all.length, {
      error: "a finding is named twice",
    }),
});

/** How the audit of a stack ended, as its host is told: which checks found something, without what they saw. */
export type AuditOutcome = z.output<typeof schema>;
export type AuditFence = (typeof auditFences)[number];

/** A word that a shell leaves as it is: JSON in base64. */
export function packAuditOutcome(outcome: AuditOutcome): string {
  const names = new Map<string, AuditOutcome["findings"][number]>();
  for (const { fence, about } of outcome.findings) {
    const name = about.slice(0, longestName);
    names.set(`${fence} ${name}`, { fence, about: name });
  }
  const findings = [...names.values()].slice(0, mostNamed);
  return Buffer.from(JSON.stringify({ ...outcome, findings })).toString("base64");
}

/** @throws LinkError EVIDENCE_INVALID when the text is not what `packAuditOutcome` makes */
export const unpackAuditOutcome = (text: string): AuditOutcome =>
  unpacked("the outcome of an audit", schema, () => Buffer.from(text, "base64").toString());
