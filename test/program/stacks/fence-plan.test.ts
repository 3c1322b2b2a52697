import assert from "node:assert/strict";
import { addressA, declared, healthy, update } from "./two-senders.ts";

const rule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const addressB = "203.0.113.20";

describe("the rules of a receiver's senders", () => {
  const network = (securityGroupQuotas: object) => ({
    ...declared(),
    "metrics-link:network": {
      cidr: "10.20.0.0/16",
      zones: ["eu-west-1a"],
      documentationAddresses: true,
      securityGroupQuotas,
    },
  });

  it("are spread over groups, which an output remembers for the next update", async () => {
    const first = await update({ peers: healthy, change: network({ rules: 1 }) });
    assert.deepEqual(first.outputs.fencePlan, { [addressA]: 1, [addressB]: 2 });
    // The first sender leaves, and the second stays where it is.
    const change = network({ rules: 1 });
    const [, second] = change["metrics-link:senders"];
    const next = await update({
      before: { accepted: first.outputs.accepted, fencePlan: first.outputs.fencePlan },
      change: { ...change, "metrics-link:senders": [second] },
    });
    assert.deepEqual(next.outputs.fencePlan, { [addressB]: 2 });
    const groups = next.registrations.filter(({ type, inputs }) => type === rule && inputs.cidrIpv4);
    assert.deepEqual(
      groups.map(({ inputs }) => [inputs.cidrIpv4, inputs.securityGroupId]),
      [[`${addressB}/32`, "receiver-balancer-2-id"]],
    );
  });

  it("that do not fit are refused before anything changes", async () => {
    await assert.rejects(update({ change: network({ rules: 1, groups: 1 }) }), /no room for 1 of the 2 addresses/);
  });
});
