import assert from "node:assert/strict";
import { findingOf } from "./support/cases.ts";
import { example, ready } from "./support/ready.ts";

const id = "pcx-0123456789abcdef0";
const configuration = example("sender", [], (text) =>
  text.replace(
    "    zones:",
    [
      "    targets: [{ name: shop, cidr: 10.40.1.0/24, ports: [9100, 9400] }]",
      `    connections: [{ id: ${id}, cidr: 10.40.0.0/16, accepted: the shop team agreed }]`,
      "    zones:",
    ].join("\n"),
  ),
);
const ranges = ["10.10.0.0/16", "10.40.0.0/16"];

describe("a preflight of ways to targets", () => {
  for (const [title, found, severity, words] of [
    ["that is not there", undefined, "critical", /no such peering connection.*by its id/],
    [
      "that nobody has accepted",
      { state: "pending-acceptance", ranges, leadsThere: true },
      "critical",
      /pending-acceptance.*accept it/,
    ],
    ["to another network", { state: "active", ranges, leadsThere: false }, "critical", /in neither/],
    ["that works", { state: "active", ranges, leadsThere: true }, "ok", /10\.10\.0\.0\/16 and 10\.40\.0\.0\/16/],
    ["of a transit gateway", { state: "available", ranges: undefined, leadsThere: undefined }, "ok", /does not tell/],
  ] as const) {
    it(`says ${severity} of a connection ${title}`, () => {
      const evidence = { ...ready(configuration), connections: { value: new Map([[id, found]]) } };
      const judged = findingOf(evidence, `connection ${id}`);
      assert.equal(judged.severity, severity);
      assert.match(`${judged.what} ${judged.remedy ?? ""}`, words);
    });
  }

  it("counts a rule for each port", () => {
    const most = (rules: number) => {
      const evidence = ready(configuration);
      return findingOf({ ...evidence, quotas: { ...evidence.quotas, rules: { value: rules } } }, "quota of rules");
    };
    // Two of the endpoints, two of the receiver, and two ports.
    assert.equal(most(6).severity, "ok");
    assert.match(most(5).what, /would need 6 rules, 5 are allowed/);
  });
});
