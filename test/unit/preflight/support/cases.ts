import assert from "node:assert/strict";
import { type Evidence, type ExchangeEvidence, exitCodes, preflight } from "@metrics-link/preflight";
import type { Severity } from "@metrics-link/report";
import { ready, readyExchange } from "./ready.ts";

/** What is otherwise than in a first deployment in order, and what the preflight has to say of it. */
export type Case<Of extends Evidence | ExchangeEvidence = Evidence> = readonly [
  title: string,
  change: Partial<Of>,
  subject: string,
  severity: Severity,
  words: RegExp,
];

/** The one finding about a subject. */
export function findingOf(evidence: Evidence | ExchangeEvidence, subject: string) {
  const all = preflight(evidence).sections.flatMap(({ findings }) => findings);
  const found = all.filter((one) => one.subject === subject);
  assert.equal(found.length, 1, `${subject}: ${found.length} findings`);
  return found[0] ?? assert.fail();
}

/** A test for each case: severity, words, a remedy for whatever is not in order, and the exit code. */
export const judges = (cases: readonly Case[]): void => judgesAll(ready, cases);
export const judgesExchanges = (cases: readonly Case<ExchangeEvidence>[]): void => judgesAll(readyExchange, cases);

function judgesAll<Of extends Evidence | ExchangeEvidence>(inOrder: () => Of, cases: readonly Case<Of>[]): void {
  for (const [title, change, subject, severity, words] of cases) {
    it(`says ${severity} of ${title}`, () => {
      const evidence: Of = { ...inOrder(), ...change };
      const found = findingOf(evidence, subject);
      assert.equal(found.severity, severity, found.what);
      assert.match(`${found.what}\n${found.remedy ?? ""}`, words);
      const { verdict } = preflight(evidence);
      const worse = verdict.findings.some((one) => one.severity === "critical");
      const expected = { critical: 1, "not known": worse ? 1 : 3, warning: 0, ok: 0 }[severity];
      assert.equal(exitCodes[verdict.severity], expected);
      for (const one of verdict.findings) {
        // What is not known because something else is wrong has its remedy there.
        assert.ok(one.remedy || (one.severity === "not known" && worse), `${one.subject} has no remedy`);
      }
    });
  }
}
