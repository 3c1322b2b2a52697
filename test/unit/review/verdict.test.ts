import assert from "node:assert/strict";
import {
  askedFor,
  complaint,
  host,
  pack,
  passed,
  quiet,
  read,
  stackPassed,
  step,
  summary,
  urn,
  verdictOn,
  violation,
} from "./support.ts";

const [, , stackWord] = quiet;
const well = [...quiet, summary("succeeded")];
const badly = summary("failed");
const outcomes = (lines: readonly string[]) =>
  Object.fromEntries(verdictOn(lines).policies.map(({ name, outcome }) => [name, outcome]));

describe("a verdict", () => {
  it("is passed when the preview succeeded and every policy passed", () => {
    const verdict = verdictOn(well);
    assert.equal(verdict.outcome, "passed");
    assert.deepEqual([verdict.failures, verdict.errors, verdict.changes], [[], [], []]);
    assert.deepEqual(
      verdict.policies.map(({ outcome }) => outcome),
      ["passed", "passed"],
    );
  });

  it("is failed for a mandatory violation, and names policy, resource, finding and remedy", () => {
    const verdict = verdictOn([
      ...quiet,
      violation("small-hosts", "The rule of small-hosts.\ntoo big. A remedy.", host),
      badly,
    ]);
    assert.equal(verdict.outcome, "failed");
    assert.deepEqual(verdict.failures, [
      { rule: "small-hosts", resource: "receiver-instance", what: "too big.", remedy: "A remedy." },
    ]);
  });

  it("is failed for an unknown policy or enforcement level", () => {
    assert.equal(verdictOn([...quiet, violation("stranger", "no"), badly]).outcome, "failed");
    assert.equal(verdictOn([...quiet, violation("small-hosts", "no", host, "fatal"), badly]).outcome, "failed");
  });

  it("counts an undecidable policy neither as passed nor as failed", () => {
    const lines = [...well, violation("one-way-in", "The rule.\nnot yet: .cidrIpv4", "", "advisory")];
    assert.equal(verdictOn(lines).outcome, "passed");
    assert.deepEqual(outcomes(lines), { "one-way-in": "undecided", "small-hosts": "passed" });
  });

  it("distinguishes a deviation from advice, and takes the worst of several", () => {
    const deviating = violation("one-way-in", "deviation: until then", "", "advisory");
    const advice = violation("one-way-in", "better otherwise", "", "advisory");
    assert.equal(outcomes([...well, deviating])["one-way-in"], "deviates");
    assert.equal(outcomes([...well, advice])["one-way-in"], "advised");
    const failing = violation("one-way-in", "no", "");
    assert.equal(outcomes([...quiet, advice, deviating, failing, badly])["one-way-in"], "failed");
  });

  it("distinguishes a policy without resources from one that passed", () => {
    const bucket = urn("aws:s3/bucket:Bucket", "receiver-releases");
    const lines = [passed(bucket, "small-hosts"), stackPassed("one-way-in"), summary("succeeded")];
    assert.equal(outcomes(lines)["small-hosts"], "not met");
  });

  it("is incomplete when the preview itself failed or did not finish", () => {
    assert.equal(verdictOn([...quiet, complaint("no program"), badly]).outcome, "incomplete");
    assert.equal(verdictOn(well, { ended: false }).outcome, "incomplete");
    assert.equal(verdictOn(quiet).outcome, "incomplete");
    assert.deepEqual(verdictOn(["error: no such stack"], { ended: false }).errors[0], "no such stack");
  });

  it("always says why it is incomplete", () => {
    assert.equal(verdictOn([...quiet, badly]).errors.length, 1);
  });

  it("is incomplete when all or some policies did not run", () => {
    const silent = [step("same", host, { old: {}, new: {} }), summary("succeeded")];
    assert.match(verdictOn(silent).errors.join(), /the policies did not run/);
    assert.deepEqual(outcomes(silent), { "small-hosts": "not run", "one-way-in": "not run" });
    const half = [...silent, passed(host, "small-hosts")];
    assert.deepEqual(outcomes(half), { "one-way-in": "not run", "small-hosts": "passed" });
    assert.match(verdictOn(half).errors.join(), /policies of the stack as a whole did not run/);
    assert.equal(verdictOn([...half, stackWord ?? ""]).outcome, "passed");
  });

  it("is failed, not incomplete, when a finding is certain", () => {
    const lines = [violation("small-hosts", "too big", host), complaint("a step failed"), badly];
    assert.equal(verdictOn(lines).outcome, "failed");
  });

  it("says whether each deviation has expired, and whether its policy exists", () => {
    const deviation = (policy: string, until: string) => ({ policy, until, reason: "because" });
    const { deviations } = verdictOn(well, {
      deviations: [
        deviation("one-way-in", "2026-11-26"),
        deviation("one-way-in", "2026-11-25"),
        deviation("typo", "2027-01-01"),
        deviation("keeps-receiver-instance", "2027-01-01"),
      ],
    });
    assert.deepEqual(
      deviations.map(({ expired, known }) => [expired, known]),
      [
        [false, true],
        [true, true],
        [false, false],
        [false, true],
      ],
    );
  });

  it("is incomplete when the preview has a resource that no program asked for", () => {
    const provider = step("same", urn("pulumi:providers:tls", "default_5_6_1"), { old: {}, new: {} });
    assert.equal(verdictOn([...well, provider], { asked: askedFor(read(well)) }).outcome, "passed");
    const more = step("create", urn("aws:iam/user:User", "quiet"), { new: {} });
    const { outcome, errors } = verdictOn([...well, more], { asked: askedFor(read(well)) });
    assert.equal(outcome, "incomplete");
    assert.match(errors.join(), /aws:iam\/user:User::quiet is in the preview, but no program asked for it/);
  });

  it("is incomplete when the configuration cannot be read, because deviations are then unknown", () => {
    const { outcome, errors } = verdictOn(well, { notRead: ["metrics-link:policy is wrong"] });
    assert.deepEqual([outcome, errors], ["incomplete", ["metrics-link:policy is wrong"]]);
  });

  it("shows a policy's reason, remedy and source", () => {
    const [first] = verdictOn(well).policies;
    assert.deepEqual([first?.reason, first?.source], [pack.policies[0]?.reason, "RFC 8446"]);
  });
});
