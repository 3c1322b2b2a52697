import assert from "node:assert/strict";
import { type Evidence, exitCodes, preflight, priceTable, reportOf } from "@metrics-link/preflight";
import { renderText } from "@metrics-link/report";
import priceFile from "../../../packages/preflight/prices.json" with { type: "json" };
import { example, ready } from "./support/ready.ts";

const prices = priceTable.parse(priceFile);
const service = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0";

describe("a preflight", () => {
  it("finds nothing that would stop a first deployment in order", () => {
    const { verdict } = preflight(ready());
    assert.deepEqual(verdict, {
      severity: "ok",
      headline: "nothing that would stop the update was found",
      findings: [],
    });
  });

  it("does not ask a deployed stack for what it has", () => {
    const evidence = {
      ...ready(),
      deployed: { value: true },
      quotas: {
        ...ready().quotas,
        addresses: { value: { limit: 1, used: 1 } },
        vcpus: { value: { limit: 2, used: 2 } },
      },
      names: { alias: { value: { name: "a", taken: true } }, bucket: { value: { name: "b", taken: true } } },
    };
    assert.equal(preflight(evidence).verdict.severity, "ok");
  });

  it("knows nothing of what it could not ask: no error is ever passed", () => {
    const error = { error: "is not authorized to perform" };
    const evidence: Evidence = {
      ...ready(example("sender", [service])),
      ...{ deployed: error, caller: error, role: error, zones: error, image: error, newestImage: error },
      ...{ instanceType: error, offeredIn: error, ebsKey: error, backend: error, secrets: error },
      ...{
        endpointServices: error,
        connections: error,
        guardDutyEndpoints: error,
        snapshotRole: error,
        plugins: error,
        tools: error,
        ceremony: error,
      },
      quotas: { addresses: error, vpcs: error, vcpus: error, rules: error },
      names: { alias: error, bucket: error },
    };
    const { verdict, sections } = preflight(evidence);
    for (const { subject, severity } of sections.flatMap(({ findings }) => findings)) {
      assert.equal(severity, "not known", subject);
    }
    assert.equal(exitCodes[verdict.severity], 3);
    assert.match(verdict.headline, /^\d\d things could not be read: nobody knows/);
    const whole = sections.map(({ findings }) => findings.length);
    assert.deepEqual(whole, [1, 1, 1, 1, 1], "one reason has one line in each section");
    const [first, ...more] = verdict.findings;
    assert.deepEqual(more, []);
    const [checks] = /^\d+/.exec(verdict.headline) ?? [];
    assert.equal(first?.subject.split(", ").length, Number(checks));
  });

  describe("counts the cost", () => {
    const text = (evidence: Evidence) => renderText(reportOf(evidence, preflight(evidence), prices));

    it("item by item, with its date and its source", () => {
      assert.match(text(ready()), /EC2 instance, t3\.small +1 +16\.64/);
      assert.match(text(ready()), /Together +86\.10/);
      assert.match(text(ready(example("receiver"))), /Together +73\.86/);
      assert.match(text(ready()), /Prices of 2026-11-28.*as remembered.*compare them/);
    });

    it("says which price it does not have, and leaves it out of the sum", () => {
      const other = ready(example("sender", [], (file) => file.replace("t3.small", "m7i.large")));
      assert.match(text(other), /EC2 instance, m7i\.large +1 +not known/);
      assert.match(text(other), /Together, without what is not known +69\.46/);
    });

    it("guesses none in a region without prices", () => {
      const other = ready(example("sender", [], (file) => file.replaceAll("eu-west-1", "eu-south-2")));
      assert.match(text(other), /the price table has no prices of eu-south-2, only of eu-west-1\. None is guessed/);
      assert.doesNotMatch(text(other), /Together/);
    });
  });
});
