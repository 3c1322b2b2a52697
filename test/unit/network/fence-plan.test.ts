import assert from "node:assert/strict";
import { InvalidInputError } from "@metrics-link/contract";
import { type FencePlan, type GroupQuotas, groupsOf, planFence } from "@metrics-link/network";
import fc from "fast-check";

const usual: GroupQuotas = { rules: 60, groups: 5 };
const addressOf = (index: number) => `11.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
const addresses = (count: number) => Array.from({ length: count }, (_, index) => addressOf(index));

/** How many rules each group has, by its number. */
function rulesIn(plan: FencePlan): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const group of Object.values(plan)) counts.set(group, (counts.get(group) ?? 0) + 1);
  return counts;
}

describe("the plan of the load balancer's security groups", () => {
  it("is one group for up to 60 senders, and five for 300", () => {
    for (const [count, groups] of [
      [0, 1],
      [1, 1],
      [60, 1],
      [61, 2],
      [300, 5],
    ] as const) {
      const plan = planFence(addresses(count), usual);
      assert.equal(groupsOf(plan), groups);
      assert.equal(Object.keys(plan).length, count);
    }
  });

  it("has room for 1,000 senders with the quotas that AWS allows at most", () => {
    for (const quotas of [
      { rules: 200, groups: 5 },
      { rules: 1000, groups: 1 },
      { rules: 100, groups: 10 },
    ]) {
      const plan = planFence(addresses(1000), quotas);
      assert.ok(Math.max(...rulesIn(plan).values()) <= quotas.rules);
      assert.ok(groupsOf(plan) <= quotas.groups);
    }
  });

  const refusal = (count: number, quotas: GroupQuotas, before: FencePlan = {}, from = 0) => {
    const wanted = Array.from({ length: count }, (_, index) => addressOf(from + index));
    try {
      planFence(wanted, quotas, before);
    } catch (error) {
      assert.ok(error instanceof InvalidInputError);
      assert.equal(error.code, "FENCE_FULL");
      return error.message;
    }
    return assert.fail("it fits");
  };

  it("names the quota to raise, and to what, when it does not fit", () => {
    const rules = '"Inbound or outbound rules per security group"';
    const remedy = (count: number, quotas: GroupQuotas) => refusal(count, quotas).replace(/^[\s\S]*?: (?=\{ )/, "");
    assert.match(refusal(301, usual), /no room for 1 of the 301 addresses/);
    assert.equal(remedy(301, usual), `{ rules: 61, groups: 5 } or more, once AWS has raised ${rules} (VPC) to that`);
    assert.match(remedy(1000, usual), /^\{ rules: 200, groups: 5 \} /);
    assert.match(remedy(1000, { rules: 60, groups: 16 }), /^\{ rules: 100, groups: 10 \} /);
    const both = /^\{ rules: 125, groups: 8 \} .* and "Security groups per network interface"/;
    assert.match(remedy(999, { rules: 100, groups: 7 }), both);
    assert.match(
      refusal(1001, { rules: 200, groups: 5 }),
      /at most 1000 addresses at one load balancer.*second receiver/,
    );
  });

  it("gives nobody the place of a rule that the same update removes, and says so", () => {
    const before = planFence(addresses(300), usual);
    assert.match(refusal(300, usual, before, 1), /removing those senders first/);
    assert.deepEqual(Object.keys(planFence(addresses(299), usual, before)).length, 299);
  });

  it("moves no address, whoever comes and goes, and never fills a group beyond its quota", () => {
    const quotas = fc.record({ rules: fc.integer({ min: 1, max: 12 }), groups: fc.integer({ min: 1, max: 6 }) });
    // Each step is the senders after one update.
    const history = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 80 }), { maxLength: 72 }), { maxLength: 12 });
    let fitted = 0;
    fc.assert(
      fc.property(quotas, history, (some, steps) => {
        let before: FencePlan = {};
        for (const step of steps) {
          const wanted = step.map(addressOf);
          let plan: FencePlan;
          try {
            plan = planFence(wanted, some, before);
          } catch (error) {
            assert.ok(error instanceof InvalidInputError);
            const together = new Set([...wanted, ...Object.keys(before)]);
            assert.ok(together.size > some.rules * some.groups, "refused though there is room");
            continue;
          }
          fitted += 1;
          assert.deepEqual(new Set(Object.keys(plan)), new Set(wanted));
          for (const address of wanted) assert.ok(before[address] === undefined || before[address] === plan[address]);
          // While Pulumi works, the rules of before are there as well.
          const during = rulesIn({ ...before, ...plan });
          assert.ok([...during].every(([group, rules]) => group <= some.groups && rules <= some.rules));
          before = plan;
        }
      }),
      { numRuns: 500 },
    );
    assert.ok(fitted > 500);
  });
});
