import assert from "node:assert/strict";
import { isUndecidable, isUnderDeviation, undecidable, verdictOn } from "@metrics-link/policy";

const policy = { name: "keys-are-p256", remedy: "Set ecdsaCurve to P256." };
const deviation = { policy: "keys-are-p256", reason: "the old machine knows no other", until: "2026-12-31" };
const violation = { kind: "violation", message: "ecdsaCurve is P224" } as const;
const at = (time: string, deviations = [deviation]) => ({ deviations, now: Date.parse(time) });

describe("the verdict on a finding", () => {
  it("has the policy's level, the value seen and the remedy", () => {
    assert.deepEqual(verdictOn(policy, violation, at("2026-11-28", [])), {
      message: "ecdsaCurve is P224. Set ecdsaCurve to P256.",
      level: "as configured",
    });
  });

  it("is advisory, with reason and end date, until the end of the deviation's last day", () => {
    for (const time of ["2026-11-28", "2026-12-31T23:59:59Z"]) {
      const { message, level } = verdictOn(policy, violation, at(time));
      assert.equal(level, "advisory");
      assert.ok(isUnderDeviation(message));
      assert.match(message, /^deviation until 2026-12-31 \(the old machine knows no other\): ecdsaCurve is P224/);
    }
  });

  it("is a violation again once the deviation has ended, and says so", () => {
    const { message, level } = verdictOn(policy, violation, at("2027-01-01T00:00:00Z"));
    assert.equal(level, "as configured");
    assert.ok(!isUnderDeviation(message));
    assert.match(message, /The deviation from it ended on 2026-12-31/);
  });

  it("is not changed by another policy's deviation", () => {
    const other = { ...deviation, policy: "no-login" };
    assert.equal(verdictOn(policy, violation, at("2026-11-28", [other])).level, "as configured");
  });

  it("says that a finding is undecidable, even with a deviation", () => {
    const { message, level } = verdictOn(policy, { kind: "undecidable", message: "unknown" }, at("2026-11-28"));
    assert.equal(level, "advisory");
    assert.ok(isUndecidable(message) && !isUnderDeviation(message));
  });
});

describe("the message of a verdict", () => {
  it("is recognized as undecided in our wording and in Pulumi's", () => {
    assert.ok(isUndecidable(undecidable("anything")));
    assert.ok(
      isUndecidable("can't run policy 'a' from policy pack 'metrics-link@v0.1.0' during preview: string value at .x"),
    );
    for (const message of ["", "ecdsaCurve is P224", "the run was decided"]) assert.ok(!isUndecidable(message));
  });
});
