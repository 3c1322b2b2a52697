/** How bad something is, the worst first. What could not be read is never ok. */
export const severities = ["critical", "not known", "warning", "ok"] as const;
export type Severity = (typeof severities)[number];

/** One statement of a report, with what it rests on. */
export interface Finding {
  readonly severity: Severity;
  /** What it is about: a resource, a check, a part of the link. */
  readonly subject: string;
  /** What was seen; where something is wrong, also what would be right. May have several lines. */
  readonly what: string;
  /** The id of the policy or rule behind it. */
  readonly rule?: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** Where it was seen, for example "EC2 API". */
  readonly source?: string;
}

/** What a report concludes, and the findings that a reader must see first. */
export interface Verdict {
  readonly severity: Severity;
  /** One line, for example "failed: 2 findings". */
  readonly headline: string;
  readonly findings: readonly Finding[];
}

/** The worst severity; a report without findings has seen nothing, so that is not known. */
export const worst = (findings: readonly Pick<Finding, "severity">[]): Severity =>
  severities.find((one) => findings.some(({ severity }) => severity === one)) ?? "not known";

/** The worst first; findings of one severity keep their order. */
export const ranked = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted((one, other) => severities.indexOf(one.severity) - severities.indexOf(other.severity));

/** "1 finding", "2 findings" */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;
