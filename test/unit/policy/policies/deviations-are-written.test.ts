import assert from "node:assert/strict";
import { isUnderDeviation, policies } from "@metrics-link/policy";
import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { find, specify, unknown } from "../support/specification.ts";

const policy = "deviations-are-written";
const reason = "the old machine knows no other curve";
const written = (name: string, until: string) => ({ policy: { deviations: [{ policy: name, reason, until }] } });
const nothing = [resource(types.stack, {})];

// What it reads is configuration, which is always known.
specify(policy, {
  passes: { "no deviation": [resource(types.stack, { peers: unknown })] },
  fails: {},
  undecidable: {},
});

describe("the policy deviations-are-written, for a recorded deviation", () => {
  const seen = (name: string, until: string) => find(policy, nothing, "sender", written(name, until));

  it("reports it while it is in force, without failing", () => {
    const [only, ...others] = seen("keys-are-p256", "2026-12-31");
    assert.equal(only?.kind, "notice");
    assert.ok(isUnderDeviation(only.message) && only.message.includes(reason));
    assert.deepEqual(others, []);
  });

  it("fails if it has ended, lasts too long or names no policy", () => {
    assert.match(seen("keys-are-p256", "2026-11-27")[0]?.message ?? "", /ended on 2026-11-27/);
    assert.match(seen("keys-are-p256", "2036-11-27")[0]?.message ?? "", /more than 366 days/);
    assert.match(seen("no-such", "2026-12-31")[0]?.message ?? "", /no-such, which is no policy/);
  });

  it("accepts one for a deletion, which a review requires rather than a policy", () => {
    assert.equal(seen("keeps-receiver-address-b", "2026-12-31")[0]?.kind, "notice");
  });

  it("accepts every other policy of the pack, but not itself", () => {
    for (const { name } of policies) {
      const [found] = find(policy, nothing, "sender", written(name, "2026-12-31"));
      assert.equal(found?.kind, name === policy ? "violation" : "notice", name);
    }
  });
});
