import type { Finding } from "@metrics-link/report";
import type { Answer } from "./evidence.ts";

/** What a check concludes from an answer. */
export type Conclusion = Pick<Finding, "severity" | "what" | "remedy">;

export const fine = (what: string): Conclusion => ({ severity: "ok", what });
/** The update would go through, and its reader should know this. */
export const warns = (what: string, remedy: string): Conclusion => ({ severity: "warning", what, remedy });
/** The update would stop, or would make what does not work. */
export const stops = (what: string, remedy: string): Conclusion => ({ severity: "critical", what, remedy });

/** Judges an answer; without one, the subject is not known. */
export function check<Value>(
  subject: string,
  source: string,
  answer: Answer<Value>,
  conclude: (value: Value) => Conclusion,
): Finding {
  if (!("error" in answer)) return { subject, source, ...conclude(answer.value) };
  const remedy = /not authorized|AccessDenied|UnauthorizedOperation/i.test(answer.error)
    ? "let the role read it (docs/deploy.md, What a preflight reads), or look at it by hand"
    : "find out why it could not be read, and run it again";
  return { subject, source, severity: "not known", what: answer.error, remedy };
}

/** Two answers, both of which are needed. */
export function both<One, Other>(one: Answer<One>, other: Answer<Other>): Answer<readonly [One, Other]> {
  if ("error" in one) return one;
  if ("error" in other) return other;
  return { value: [one.value, other.value] };
}
