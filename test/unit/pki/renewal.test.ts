import assert from "node:assert/strict";
import { isDue, renewalOf } from "@metrics-link/pki";
import fc from "fast-check";

const day = 86_400_000;
const leaf = (notBefore: number, days: number, renewal = 0) => ({
  generation: 3,
  renewal,
  notBefore: new Date(notBefore).toISOString(),
  notAfter: new Date(notBefore + days * day).toISOString(),
  fingerprint: "",
});
const start = Date.parse("2026-02-28T23:59:59Z");

describe("the renewal of a leaf", () => {
  it("is due in the last third of 30 days, not a millisecond earlier, and also after expiry", () => {
    assert.equal(isDue(leaf(start, 30), start + 20 * day - 1), false);
    assert.equal(isDue(leaf(start, 30), start + 20 * day), true);
    assert.equal(isDue(leaf(start, 30), start + 400 * day), true);
  });

  it("creates a new key once: a later or interrupted update computes the same number", () => {
    const due = start + 21 * day;
    assert.equal(renewalOf(leaf(start, 30, 4), 3, due), 5);
    assert.equal(renewalOf(leaf(start, 30, 4), 3, due + 1000), 5);
    assert.equal(renewalOf(leaf(due, 30, 5), 3, due + 1000), 5);
  });

  it("counts from zero for a new generation and in a stack without a leaf", () => {
    assert.equal(renewalOf(leaf(start, 30, 4), 4, start + 29 * day), 0);
    assert.equal(renewalOf(undefined, 1, start), 0);
  });

  it("uses UTC, so daylight saving time does not change the window", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), fc.integer({ min: 1, max: 397 }), (from, days) => {
        const window = (days * day) / 3;
        const [before, after] = [from + days * day - window - 1000, from + days * day - window + 1000];
        assert.deepEqual([isDue(leaf(from, days), before), isDue(leaf(from, days), after)], [false, true]);
      }),
    );
  });
});
