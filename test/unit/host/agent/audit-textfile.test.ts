import assert from "node:assert/strict";
import { auditMetrics } from "@metrics-link/host/agent/textfile.ts";

const outcome = {
  takenAt: "2026-11-26T12:00:00.000Z",
  checks: { fine: 23, finding: 1, "not known": 0 },
  findings: [{ fence: "address" as const, about: 'a "name"\nof two lines' }],
};

describe("agent: the outcome of an audit", () => {
  it("becomes metrics", () => {
    const lines = auditMetrics(outcome)
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    assert.deepEqual(lines, [
      "metrics_link_audit_timestamp_seconds 1795694400",
      'metrics_link_audit_checks{status="fine"} 23',
      'metrics_link_audit_checks{status="finding"} 1',
      'metrics_link_audit_checks{status="not known"} 0',
      'metrics_link_audit_finding{fence="address",about="a \\"name\\"\\nof two lines"} 1',
    ]);
  });

  it("has no series of a finding when there was none", () => {
    assert.doesNotMatch(auditMetrics({ ...outcome, findings: [] }), /metrics_link_audit_finding/);
  });
});
