import type { EvidencePart } from "./evidence.ts";

/** Whether what was seen is what ought to be; what could not be seen is never fine. */
export type Status = "fine" | "finding" | "not known";

/** One statement of an audit, with what it rests on. */
export interface Row {
  /** What is looked at. */
  readonly about: string;
  readonly status: Status;
  /** What was seen; for a finding, what is wrong and what would be right. */
  readonly seen: string;
  /** Where it was seen, for example "EC2 API". */
  readonly source: string;
}

/** What a look at a piece of evidence gives: faults, or what was seen to be right. */
export interface Look {
  readonly wrong: readonly string[];
  readonly fine: string;
}

/** Judges a piece of evidence; one that could not be read is not known. */
export function judge<Value>(
  about: string,
  source: string,
  evidence: EvidencePart<Value>,
  look: (value: Value) => Look,
): Row {
  if ("error" in evidence) return { about, status: "not known", seen: evidence.error, source };
  const { wrong, fine } = look(evidence.value);
  return wrong.length > 0
    ? { about, status: "finding", seen: wrong.join("; "), source }
    : { about, status: "fine", seen: fine, source };
}

/** Two pieces of evidence, of which both have to be there. */
export function both<One, Other>(
  one: EvidencePart<One>,
  other: EvidencePart<Other>,
): EvidencePart<readonly [One, Other]> {
  if ("error" in one) return one;
  if ("error" in other) return other;
  return { value: [one.value, other.value] };
}

/** What a piece of evidence says after a step that may fail. */
export function from<Value, Result>(
  evidence: EvidencePart<Value>,
  read: (value: Value) => Result,
): EvidencePart<Result> {
  return "error" in evidence ? evidence : { value: read(evidence.value) };
}

/** A part of evidence within a part: the host may not have answered, or not to this. */
export function within<Value, Result>(
  evidence: EvidencePart<Value>,
  read: (value: Value) => EvidencePart<Result>,
): EvidencePart<Result> {
  return "error" in evidence ? evidence : read(evidence.value);
}

/** Faults of a set that has to be another: what it lacks, and what it has besides. */
export function unlike(what: string, wanted: readonly string[], found: readonly string[]): string[] {
  const missing = wanted.filter((one) => !found.includes(one));
  const strange = found.filter((one) => !wanted.includes(one));
  return [
    ...(missing.length > 0 ? [`${what} lacks ${missing.join(", ")}`] : []),
    ...(strange.length > 0 ? [`${what} also has ${strange.join(", ")}`] : []),
  ];
}
