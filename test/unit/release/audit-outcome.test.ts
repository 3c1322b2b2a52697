import assert from "node:assert/strict";
import { hasCode } from "@metrics-link/contract";
import { type AuditOutcome, auditFences, packAuditOutcome, unpackAuditOutcome } from "@metrics-link/release";
import fc from "fast-check";

const count = fc.nat(1000);
const outcomes: fc.Arbitrary<AuditOutcome> = fc.record({
  takenAt: fc.constant("2026-11-26T12:00:00.000Z"),
  checks: fc.record({ fine: count, finding: count, "not known": count }, { noNullPrototype: true }),
  findings: fc.array(fc.record({ fence: fc.constantFrom(...auditFences), about: fc.string({ maxLength: 200 }) }), {
    maxLength: 60,
  }),
});

describe("the outcome of an audit", () => {
  it("is one word that no shell changes, with each finding once", () => {
    fc.assert(
      fc.property(outcomes, (outcome) => {
        const packed = packAuditOutcome(outcome);
        assert.match(packed, /^[A-Za-z0-9+/=]+$/);
        const { findings, ...rest } = unpackAuditOutcome(packed);
        const { findings: told, ...counted } = outcome;
        assert.deepEqual({ ...rest }, { ...counted });
        const names = told.map(({ fence, about }) => JSON.stringify({ fence, about: about.slice(0, 120) }));
        assert.deepEqual(
          findings.map((one) => JSON.stringify(one)),
          [...new Set(names)].slice(0, 40),
        );
      }),
    );
  });

  it("is refused if it has another form, with the reason", () => {
    const packed = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");
    const whole = { takenAt: "2026-11-26T12:00:00Z", checks: { fine: 1, finding: 0, "not known": 0 }, findings: [] };
    assert.throws(() => unpackAuditOutcome(packed({ ...whole, takenAt: "today" })), /cannot be used: takenAt: /);
    const twice = { fence: "none", about: "a" };
    assert.throws(() => unpackAuditOutcome(packed({ ...whole, findings: [twice, twice] })), /findings: .*named twice/);
    assert.throws(
      () => unpackAuditOutcome(""),
      (error) => hasCode(error, "EVIDENCE_INVALID"),
    );
  });
});
