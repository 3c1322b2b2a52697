import type { Finding } from "@metrics-link/report";
import type { EvidencePart } from "./evidence.ts";

/** What is wrong with a piece of evidence, or what was seen to be right. */
export interface Look {
  readonly wrong: readonly string[];
  readonly fine: string;
}

/**
 * Judges a piece of evidence; one that could not be read is not known.
 * @param subject the check; a host exports it as the label `about`, so it is the same in every audit
 */
export function judge<Value>(
  subject: string,
  source: string,
  evidence: EvidencePart<Value>,
  look: (value: Value) => Look,
): Finding {
  if ("error" in evidence) return { subject, severity: "not known", what: evidence.error, source };
  const { wrong, fine } = look(evidence.value);
  return wrong.length > 0
    ? { subject, severity: "critical", what: wrong.join("; "), source }
    : { subject, severity: "ok", what: fine, source };
}

/** Two pieces of evidence, both of which are needed. */
export function both<One, Other>(
  one: EvidencePart<One>,
  other: EvidencePart<Other>,
): EvidencePart<readonly [One, Other]> {
  if ("error" in one) return one;
  if ("error" in other) return other;
  return { value: [one.value, other.value] };
}

/** A value that follows from a piece of evidence. */
export const from = <Value, Result>(
  evidence: EvidencePart<Value>,
  read: (value: Value) => Result,
): EvidencePart<Result> => ("error" in evidence ? evidence : { value: read(evidence.value) });

/** A piece of evidence inside another: the host may not have answered, or not this question. */
export const within = <Value, Result>(
  evidence: EvidencePart<Value>,
  read: (value: Value) => EvidencePart<Result>,
): EvidencePart<Result> => ("error" in evidence ? evidence : read(evidence.value));

/** How a set differs from the one that is wanted: what it lacks, and what it has besides. */
export function unlike(what: string, wanted: readonly string[], found: readonly string[]): string[] {
  const missing = wanted.filter((one) => !found.includes(one));
  const strange = found.filter((one) => !wanted.includes(one));
  return [
    ...(missing.length > 0 ? [`${what} lacks ${missing.join(", ")}`] : []),
    ...(strange.length > 0 ? [`${what} also has ${strange.join(", ")}`] : []),
  ];
}
